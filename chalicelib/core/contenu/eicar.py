"""The antivirus test file, refused even where no scanner runs (rule U1)."""

# In two halves, so that no antivirus takes this source file for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


def contient_eicar(contenu: bytes) -> bool:
    """Whether the test signature is anywhere in these bytes."""
    return EICAR in contenu
