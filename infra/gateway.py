"""What people read when API Gateway answers instead of the portal: whole French pages, nothing to load, strict headers.

They go into the body of the RestAPI, so that a change of theirs is deployed with it.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

EXTENSION = "x-amazon-apigateway-gateway-responses"

STYLE = (
    ":root{color-scheme:light dark}"
    "body{margin:0;font:1.125rem/1.6 system-ui,sans-serif;color:#1b1b1f;background:#fff}"
    "header,main,footer{max-width:42rem;margin:0 auto;padding:1rem 1.25rem}"
    "header{font-weight:600;border-bottom:.25rem solid #5b1850}"
    "h1{font-size:1.75rem;line-height:1.25}"
    "a{color:#5b1850}a:focus-visible{outline:.1875rem solid #5b1850;outline-offset:.1875rem}"
    "footer{font-size:1rem}"
    "@media (prefers-color-scheme:dark){body{color:#f2f2f4;background:#16181d}a{color:#eab9e0}"
    "header{border-color:#eab9e0}a:focus-visible{outline-color:#eab9e0}}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Language": "fr",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none';"
    ),
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True)
class Page:
    """A page for one type of refusal. Without status, API Gateway keeps the one of the refusal."""

    title: str
    paragraphs: tuple[str, ...]
    status: int | None = None
    retry_after: int | None = None


_NOT_FOUND = Page(
    "Page introuvable",
    (
        "L’adresse demandée n’existe pas ou n’existe plus.",
        "Vérifiez l’adresse si vous l’avez saisie ou copiée, ou repartez de l’accueil.",
    ),
    404,
)
_TOO_MANY = Page(
    "Trop de demandes",
    (
        "Le service reçoit en ce moment plus de demandes qu’il ne peut en traiter.",
        "Patientez une minute, puis rechargez la page. Ce que vous avez enregistré est conservé.",
    ),
    429,
    60,
)
_TOO_SLOW = Page(
    "Le service met trop de temps à répondre",
    (
        "Nous n’avons pas pu afficher la page à temps.",
        "Si vous veniez d’envoyer un formulaire, il a peut-être été enregistré : vérifiez-le avant de recommencer.",
    ),
    504,
)
PAGES: Mapping[str, Page] = {
    "MISSING_AUTHENTICATION_TOKEN": _NOT_FOUND,
    "RESOURCE_NOT_FOUND": _NOT_FOUND,
    "REQUEST_TOO_LARGE": Page(
        "Envoi trop volumineux",
        (
            "Ce que vous avez envoyé dépasse la taille acceptée.",
            "Revenez à la page précédente, raccourcissez votre texte ou déposez vos fichiers un par un.",
        ),
        413,
    ),
    "THROTTLED": _TOO_MANY,
    "QUOTA_EXCEEDED": _TOO_MANY,
    "INTEGRATION_TIMEOUT": _TOO_SLOW,
    "INTEGRATION_FAILURE": _TOO_SLOW,
    "UNSUPPORTED_MEDIA_TYPE": Page(
        "Envoi non reconnu",
        (
            "Le service ne sait pas lire ce que vous avez envoyé.",
            "Revenez à la page précédente, rechargez-la, puis recommencez.",
        ),
        415,
    ),
    "WAF_FILTERED": Page(
        "Demande refusée",
        (
            "Votre demande a été arrêtée par une protection du service.",
            "Si vous pensez qu’il s’agit d’une erreur, écrivez à l’assistance avec la référence ci-dessous.",
        ),
        403,
    ),
    "DEFAULT_4XX": Page(
        "Demande refusée",
        (
            "Le service n’a pas pu traiter votre demande.",
            "Repartez de l’accueil. Si le problème revient, écrivez à l’assistance avec la référence ci-dessous.",
        ),
    ),
    "DEFAULT_5XX": Page(
        "Le service rencontre un problème",
        (
            "Le problème vient de nous. Si vous veniez d’envoyer un formulaire, vérifiez s’il a été enregistré avant "
            "de recommencer.",
            "Réessayez dans quelques minutes. Si le problème revient, écrivez à l’assistance avec la référence "
            "ci-dessous.",
        ),
    ),
}


def html(page: Page, service: str, home: str) -> str:
    """The whole page. `$context.requestId` is replaced by API Gateway: the reference that its logs hold too."""
    body = "".join(f"<p>{escape(text, quote=False)}</p>" for text in page.paragraphs)
    service, title = escape(service), escape(page.title)
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} – {service}</title><style>{STYLE}</style></head><body>"
        f'<header><a href="{escape(home)}">{service}</a></header>'
        f'<main><h1>{title}</h1>{body}<p><a href="{escape(home)}">Aller à l’accueil</a></p></main>'
        "<footer><p>Référence : $context.requestId</p></footer></body></html>"
    )


def responses(service: str, home: str) -> dict[str, Any]:
    """The gateway responses of the API: by type, status, headers and the page.

    API Gateway picks the template by the Accept header and falls back to application/json: both hold the page, and the
    content type is set whatever it picked.
    """
    return {kind: _response(page, html(page, service, home)) for kind, page in PAGES.items()}


def _response(page: Page, body: str) -> dict[str, Any]:
    headers = dict(HEADERS)
    if page.retry_after:
        headers["Retry-After"] = str(page.retry_after)
    answer: dict[str, Any] = {
        "responseParameters": {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()},
        "responseTemplates": {"application/json": body, "text/html": body},
    }
    if page.status:
        answer["statusCode"] = page.status
    return answer
