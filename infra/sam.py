"""What is changed in the template that `chalice package` writes. Pure: a template in, a template out.

Chalice knows neither names, aliases, dead-letter queues nor gateway pages; and its policy files are plain JSON, where
`${AWS::Region}` would stay as it is written.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any

Template = dict[str, Any]

FUNCTION = "AWS::Serverless::Function"
ALIAS = "live"
# Chalice's id of the function that serves the pages; the others are named after their handler.
WEB = "APIHandler"
_VARIABLE = re.compile(r"\$\{[A-Za-z:]+\}")
# What Chalice writes and nobody reads; it would publish the version of the tool.
_CHALICE_TAG = "aws-chalice"


class TemplateError(Exception):
    """The template is not what this module knows how to complete."""


def complete(template: Template, settings: Mapping[str, str], pages: Mapping[str, Any], runtime: str) -> Template:
    """All changes, in order. `settings`: Stage, BucketSuffix, MailDomain, Version; `pages`: the gateway responses."""
    result = copy.deepcopy(template)
    _default_parameters(result, settings)
    for logical_id, function in functions(result).items():
        _complete_function(logical_id, function, settings["Version"], runtime)
    _complete_api(result["Resources"]["RestAPI"]["Properties"], f"guichet-{settings['Stage']}", pages)
    _invoke_through_alias(result)
    _substitute_in_policies(result)
    _forbid_wildcards(result)
    return result


def functions(template: Template) -> dict[str, Template]:
    """The functions of a template, by logical id."""
    return {name: each for name, each in template["Resources"].items() if each.get("Type") == FUNCTION}


def dashed(logical_id: str) -> str:
    """`BalayerMails` -> `balayer-mails`; the web function is `web`."""
    if logical_id == WEB:
        return "web"
    return re.sub(r"(?<!^)(?=[A-Z])", "-", logical_id).lower()


def with_code(template: Template, bucket: str, key: str) -> Template:
    """The template whose functions take their code from S3."""
    result = copy.deepcopy(template)
    for function in functions(result).values():
        function["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    return result


def _default_parameters(template: Template, settings: Mapping[str, str]) -> None:
    """The package is made for one stage: the parameters can't say otherwise."""
    for name in ("Stage", "BucketSuffix", "MailDomain"):
        parameter = template["Parameters"][name]
        parameter["Default"] = settings[name]
        parameter["AllowedValues"] = [settings[name]]


def _complete_function(logical_id: str, function: Template, version: str, runtime: str) -> None:
    properties = function["Properties"]
    properties["FunctionName"] = {"Fn::Sub": f"guichet-${{Stage}}-{dashed(logical_id)}"}
    properties["Runtime"] = runtime
    # A version is published and the alias moved whenever the code or any property changes: rolling back is moving it.
    properties["AutoPublishAlias"] = ALIAS
    properties["AutoPublishAliasAllProperties"] = True
    properties["LoggingConfig"] = {"LogGroup": {"Ref": f"{logical_id}Logs"}}
    properties["Environment"]["Variables"]["VERSION"] = version
    properties.get("Tags", {}).pop(_CHALICE_TAG, None)
    if properties.get("Tracing") == "PassThrough":
        del properties["Tracing"]


def _complete_api(properties: Template, name: str, pages: Mapping[str, Any]) -> None:
    # Its metrics are filed under its name: two stages of one account must not share it.
    properties["Name"] = name
    properties["DefinitionBody"].setdefault("info", {"version": "1.0"})["title"] = name
    # With a version of OpenAPI, SAM does not create the public stage named "Stage"; it leaves a swagger 2.0 body alone.
    properties["OpenApiVersion"] = "3.0.1"
    properties["TracingEnabled"] = False
    properties["EndpointConfiguration"] = {"Type": "REGIONAL"}
    properties["DefinitionBody"]["x-amazon-apigateway-gateway-responses"] = dict(pages)


def _invoke_through_alias(template: Template) -> None:
    """The API calls the alias, not the latest code: else rolling back would not reach the pages."""
    api = template["Resources"]["RestAPI"]
    found = _replace(api, "${APIHandler.Arn}", "${APIHandler.Alias}")
    if not found:
        raise TemplateError("RestAPI does not call ${APIHandler.Arn}: has Chalice changed?")
    permission = template["Resources"]["APIHandlerInvokePermission"]["Properties"]
    permission["FunctionName"] = {"Ref": f"{WEB}.Alias"}


def _replace(node: Any, old: str, new: str) -> int:
    """Replace in every string below `node`; answers how many changed."""
    items = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    count = 0
    for key, value in items:
        if isinstance(value, str) and old in value:
            node[key] = value.replace(old, new)
            count += 1
        else:
            count += _replace(value, old, new)
    return count


def policy_statements(template: Template) -> list[tuple[str, Template]]:
    """Every statement of every role's policies, with the logical id of the role."""
    roles = {name: each for name, each in template["Resources"].items() if each.get("Type") == "AWS::IAM::Role"}
    return [
        (name, statement)
        for name, role in roles.items()
        for policy in role["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def _substitute_in_policies(template: Template) -> None:
    """Policy files say ${AWS::Region} or ${Stage}; in a template that needs Fn::Sub."""
    for _, statement in policy_statements(template):
        for key in ("Resource", "Condition"):
            if key in statement:
                statement[key] = _with_sub(statement[key])


def _with_sub(node: Any) -> Any:
    if isinstance(node, str):
        return {"Fn::Sub": node} if _VARIABLE.search(node) else node
    if isinstance(node, list):
        return [_with_sub(each) for each in node]
    if isinstance(node, dict):
        if node.keys() & {"Fn::Sub", "Fn::GetAtt", "Ref"}:
            return node
        return {key: _with_sub(value) for key, value in node.items()}
    return node


def _forbid_wildcards(template: Template) -> None:
    """A last look, whatever was merged: no policy on everything, no scan of a table."""
    for role, statement in policy_statements(template):
        for resource in as_list(statement["Resource"]):
            if resource == "*":
                raise TemplateError(f"{role}: a statement on every resource")
        for action in as_list(statement["Action"]):
            if action.endswith(":*") or action == "*" or action == "dynamodb:Scan":
                raise TemplateError(f"{role}: {action} is not for a function")


def as_list(value: Any) -> list[Any]:
    """IAM takes one value or several."""
    return value if isinstance(value, list) else [value]
