"""The shape of every TOML key, asked of the specs: where it belongs, what fits, an example."""

from __future__ import annotations

from functools import cache
from typing import Any

from plainview.project.positions import Key
from plainview.project.specs import Spec

Schema = dict[str, Any]


@cache
def _whole(model: type[Spec]) -> Schema:
    return model.model_json_schema()


def _resolve(model: type[Spec], schema: Schema) -> Schema:
    """`schema` with its reference followed, and without "or nothing"."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return {**_whole(model)["$defs"][name], **{k: v for k, v in schema.items() if k != "$ref"}}
    if "anyOf" in schema:
        (choice,) = [choice for choice in schema["anyOf"] if choice.get("type") != "null"]
        return {**_resolve(model, choice), **{k: v for k, v in schema.items() if k != "anyOf"}}
    return schema


def schema_at(model: type[Spec], key: Key) -> Schema:
    """The JSON schema of what may stand at `key`; empty if the key is unknown."""
    schema = _whole(model)
    for part in key:
        if isinstance(part, int):
            inner = schema.get("items")
        else:
            inner = schema.get("properties", {}).get(part, schema.get("additionalProperties"))
        if not isinstance(inner, dict):
            return {}
        schema = _resolve(model, inner)
    return schema


def keys_of(model: type[Spec], table: Key, *, required: bool = False) -> list[str]:
    """The keys that the table at `table` may hold, or those it must."""
    schema = schema_at(model, table)
    return list(schema.get("required", ()) if required else schema.get("properties", ()))


def tables_with(model: type[Spec], name: str) -> list[Key]:
    """The top of the file and the tables directly below it that have a key called `name`."""
    top: list[Key] = [()]
    tables = top + [(table,) for table in keys_of(model, ())]
    return [table for table in tables if name in keys_of(model, table)]


def example(model: type[Spec], key: Key) -> Any:
    """An example of what may stand at `key`, or None."""
    examples = schema_at(model, key).get("examples")
    return examples[0] if examples else None


def describe(schema: Schema) -> str:
    """What fits `schema`, in plain words, such as "a whole number from 1 to 5"."""
    if "words" in schema:
        return str(schema["words"])
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    kind = schema.get("type")
    if kind == "array":
        return _describe_list(schema)
    if kind == "string":
        return "a text" + _describe_length(schema)
    if kind == "object" and "properties" not in schema:
        inner = schema.get("additionalProperties", {})
        return "a table of tables" if "$ref" in inner else "a table of texts"
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + _describe_bounds(schema)
    return {"boolean": "true or false", "object": "a table"}.get(str(kind), "something else")


def _describe_list(schema: Schema) -> str:
    items = schema.get("items", {})
    if "$ref" in items or items.get("type") == "object":
        what = "tables"
    elif "enum" in items:
        what = "any of " + ", ".join(items["enum"])
    else:
        what = "texts"
    return f"a list of {what}" + (", at least one" if schema.get("minItems") else "")


def _describe_length(schema: Schema) -> str:
    low, high = schema.get("minLength", 0), schema.get("maxLength")
    if low == high:
        return " of one character" if low == 1 else f" of {low} characters"
    if high is not None:
        return f" of {low} to {high} characters"
    return " that is not empty" if low else ""


def _describe_bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None and below is not None:
        return f" of {low} or more and below {below}"
    if low is not None:
        return f" of {low} or more"
    if above is not None and below is not None:
        return f" above {above} and below {below}"
    return ""
