"""Headers that every answer carries (tests T14-T17)."""

from typing import Any

from chalicelib.core import aws
from chalicelib.core.settings import settings

BASE = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}


def policy(with_files: bool = False) -> str:
    """The content security policy; `with_files` opens it to the bucket, on the pages that need it."""
    bucket = f" {aws.origin_of_bucket(settings().bucket)}" if with_files else ""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data:{bucket}",
            "media-src data:",
            f"connect-src 'self'{bucket}",
            f"form-action 'self'{bucket}",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        ]
    )


def secure(headers: dict[str, object], with_files: bool = False) -> dict[str, Any]:
    """All headers of an answer: what it says, completed by what every answer says."""
    complete: dict[str, object] = {**BASE, "Cache-Control": "no-store", "Content-Security-Policy": policy(with_files)}
    return complete | headers
