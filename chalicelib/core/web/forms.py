"""Forms: typed strings to values, with French errors that say how to mend; what was typed is always kept (rule S2)."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar, Self

from wtforms import Field, Form, StringField
from wtforms.validators import StopValidation, ValidationError

from chalicelib.core.context import Context
from chalicelib.core.web.request import MultiDict

_DATE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})|(\d{2})(\d{2})(\d{4})|(\d{4})-(\d{2})-(\d{2})")
_DATE_MAX = 40  # characters; a longer text is no date


class PortalForm(Form):  # type: ignore[misc]  # WTForms has no types
    """Base of all forms."""

    @classmethod
    def of(cls, ctx: Context, **known: Any) -> Self:
        """The form as the request sends it."""
        return cls(ctx.request.form, **known)

    @classmethod
    def of_saved(cls, saved: dict[str, Any], **known: Any) -> Self:
        """The form as it was kept: strings and lists of strings by field name."""
        fields = MultiDict({name: value if isinstance(value, list) else [value] for name, value in saved.items()})
        return cls(fields, **known)

    @classmethod
    def repris(cls, envoye: MultiDict, garde: dict[str, Any]) -> MultiDict:
        """Rule C8: what was sent, with the kept answer of each field that the person takes back after a conflict."""
        pris = {
            nom: garde.get(nom) or [] for nom in envoye.get("reprendre", []) if nom != "version" and hasattr(cls, nom)
        }
        return MultiDict({**envoye, **{nom: v if isinstance(v, list) else [v] for nom, v in pris.items()}})

    def differents(self, garde: "PortalForm", noms: Iterable[str]) -> list[tuple[str, str, str, str]]:
        """Rule C8: of these fields: label, name, the answer kept, the answer typed here."""
        return [(self[n].label.text, n, garde.lisible(n), self.lisible(n)) for n in noms if n in self]

    def a_la_version(self, version: int) -> None:
        """Rule C8: what is typed here now stands on that version."""
        self["version"].data = str(version)
        self["version"].raw_data = [self["version"].data]

    def typed(self) -> dict[str, Any]:
        """What was typed, by field name, fit to be kept and shown again."""
        return {field.name: _raw(field) for field in self}

    def est_valable(self, complet: bool) -> bool:
        """Check the formats; with `complet`, also that nothing required is missing (rules C8, E1).

        What another answer hides is neither asked nor checked.
        """
        self.validate()
        caches = self.champs_caches()
        for field in self:
            if field.name in caches:
                field.errors = []
            elif not complet:
                field.errors = [e for e in field.errors if not _manque(field, e)]
        return not any(field.errors for field in self)

    def champs_caches(self) -> frozenset[str]:
        """Names of the fields that other answers hide."""
        return frozenset()

    def lisible(self, name: str) -> str:
        """The answer to one question, in words; "" when there is none."""
        field = self[name]
        if isinstance(field, DateFr):
            return field._value()
        choices = dict(getattr(field, "choices", None) or ())
        if choices:
            values = field.data if isinstance(field.data, list) else [field.data]
            return ", ".join(choices[v] for v in values if v in choices)
        return str(field.data or "")

    def add_error(self, name: str, message: str) -> None:
        """An error found after parsing (a rule, the table)."""
        field = self[name]
        field.errors = [*field.errors, message]


def _manque(field: Field, error: str) -> bool:
    return any(isinstance(v, Requis) and v.message == error for v in field.validators)


def _raw(field: Field) -> Any:
    raw = field.raw_data or []
    if isinstance(field.data, list):
        return list(raw)
    return raw[0] if raw else ""


class Texte(StringField):  # type: ignore[misc]  # WTForms has no types
    """One line of text: spaces folded."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Fold the spaces; line ends become spaces."""
        self.data = " ".join(valuelist[0].split()) if valuelist else ""


class Paragraphe(StringField):  # type: ignore[misc]  # WTForms has no types
    """A text of several lines: its line ends are kept, its ends trimmed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """`data`: the text, without spaces around it."""
        self.data = valuelist[0].strip() if valuelist else ""


class DateFr(Field):  # type: ignore[misc]  # WTForms has no types
    """A day typed jj/mm/aaaa (also with dots, dashes, spaces, or ISO)."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%d/%m/%Y") if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """`data` is a date or None; raises ValueError with a French message when it is no date."""
        self.data: date | None = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        folded = re.sub(r" ?([/.\-]) ?", r"\1", " ".join(text.split())) if len(text) <= _DATE_MAX else ""
        match = _DATE.fullmatch(folded) if folded.isascii() else None
        groups = [int(g) for g in match.groups() if g] if match else []
        if match and match.group(7):
            groups.reverse()
        if not groups:
            raise ValueError(f"{self.label.text} : saisissez la date sous la forme jj/mm/aaaa, par exemple 27/03/1985.")
        try:
            self.data = date(groups[2], groups[1], groups[0])
        except ValueError as error:
            raise ValueError(f"{self.label.text} : ce jour n’existe pas, vérifiez le jour et le mois.") from error


_INCONNU = "{} : choisissez une valeur de la liste."
Options = Sequence[tuple[str, str]]


class Choix(Texte):
    """One value of a list of (value, label); pages draw it (WTForms' own widgets are slow on long lists)."""

    def __init__(self, label: str, validators: Sequence[Any] = (), choices: Options = (), **known: Any) -> None:
        super().__init__(label, validators, **known)
        self.choices = choices

    def pre_validate(self, form: Form) -> None:
        """Nothing chosen is the business of Requis."""
        if self.data and self.data not in dict(self.choices):
            raise ValidationError(_INCONNU.format(self.label.text))


class ChoixMultiples(Field):  # type: ignore[misc]  # WTForms has no types
    """Several values of a list; `connus=False`: of a list that only the page knew, checked by who reads them."""

    def __init__(
        self, label: str, validators: Sequence[Any] = (), choices: Options = (), connus: bool = True, **known: Any
    ) -> None:
        super().__init__(label, validators, **known)
        self.choices, self.connus = choices, connus

    def process_formdata(self, valuelist: list[str]) -> None:
        """`data` is the list of the values, without repetition."""
        self.data = list(dict.fromkeys(value for value in valuelist if value))

    def pre_validate(self, form: Form) -> None:
        """Each value must be one of the list."""
        if self.connus and set(self.data or ()) - set(dict(self.choices)):
            raise ValidationError(_INCONNU.format(self.label.text))


class Requis:
    """The field must be filled; `message` says how."""

    def __init__(self, message: str) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, form: Form, field: Field) -> None:
        """Raises StopValidation when nothing was typed; an error of format already said stands alone."""
        if field.errors:
            raise StopValidation
        if field.data in (None, "", []):
            raise StopValidation(self.message)


class RequisSi(Requis):
    """The field must be filled when another one holds a value."""

    def __init__(self, message: str, name: str, value: str) -> None:
        super().__init__(message)
        self.name, self.value = name, value
        self.field_flags = {}

    def __call__(self, form: Form, field: Field) -> None:
        """As Requis, in that case alone."""
        if form[self.name].data == self.value:
            super().__call__(form, field)


class Facultatif:
    """Nothing typed: no other check applies."""

    field_flags: ClassVar[dict[str, Any]] = {}

    def __call__(self, form: Form, field: Field) -> None:
        """Stops the chain for an empty field."""
        if not field.raw_data or not str(field.raw_data[0]).strip():
            raise StopValidation


class Longueur:
    """At most `most` characters."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"maxlength": most}

    def __call__(self, form: Form, field: Field) -> None:
        """Raises StopValidation with the number of characters to take away: no other check reads a text too long."""
        over = len(field.data or "") - self.most
        if over > 0:
            s = "s" if over > 1 else ""
            raise StopValidation(
                f"{field.label.text} : raccourcissez ce texte de {over} caractère{s}, {self.most} au plus."
            )


class Adresse:
    """An e-mail address as it can be written to; its domain is not asked."""

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with an example; the value becomes the normalised address."""
        from email_validator import EmailNotValidError, validate_email

        try:
            found = validate_email(field.data, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise ValidationError(
                "Saisissez une adresse e-mail complète, par exemple prenom.nom@exemple.fr."
            ) from error
        field.data = found.normalized
