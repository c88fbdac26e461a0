"""Read a project folder whole, and report every mistake in it at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from plainview.project.documents import read_document
from plainview.project.errors import Problem, UserError
from plainview.project.findings import Finding
from plainview.project.folders import check_folder, source_files
from plainview.project.rules import check_id, check_overlap, check_project, check_source
from plainview.project.shapes import Shaped
from plainview.project.specs import Project, ProjectSpec, SourceSpec, Spec

S = TypeVar("S", bound=Spec)


def read_project(root: Path) -> Project:
    """The checked project in the folder `root`.

    Raises one UserError with every problem of every file, in file and line order: a file that cannot
    be read hides none of another's, and a wrong key none of the rules that do not need it.
    """
    problems = list(check_folder(root))
    if problems:
        raise UserError(problems)
    shaped = _shape(root, root / "plainview.toml", ProjectSpec, problems)
    files = source_files(root, problems)
    sources = [each for path in files if (each := _shape(root, path, SourceSpec, problems))]
    if shaped and shaped.spec:
        problems += _place(shaped, check_project(shaped.spec))
    problems += _check_sources(sources)
    if problems or shaped is None or shaped.spec is None:
        raise UserError(set(problems))
    documents = [shaped.document, *(each.document for each in sources)]
    return Project(
        root=root,
        spec=shaped.spec,
        sources=tuple(each.spec for each in sources if each.spec),
        lines={document.path: document.positions for document in documents},
    )


def _shape(root: Path, path: Path, model: type[S], problems: list[Problem]) -> Shaped[S] | None:
    """One file in its shape; its problems are added to `problems`."""
    try:
        shaped = Shaped(read_document(root, path), model)
    except UserError as error:
        problems += error.problems
        return None
    problems += shaped.problems
    return shaped


def _check_sources(sources: list[Shaped[SourceSpec]]) -> Iterator[Problem]:
    """Every broken rule of the sources, one by one and between them."""
    earlier: dict[str, SourceSpec] = {}
    owners = {
        _stem(each): each.document.path for each in sources if each.spec and each.spec.id == _stem(each)
    }
    for each in sources:
        if each.spec is None:
            continue
        yield from _place(each, check_source(each.spec))
        yield from _place(each, check_id(each.spec, _stem(each), owners))
        yield from _place(each, check_overlap(each.spec, earlier))
        if each.believes(("file",)):
            earlier[each.document.path] = each.spec


def _stem(shaped: Shaped[SourceSpec]) -> str:
    return Path(shaped.document.path).stem


def _place(shaped: Shaped[S], findings: Iterable[Finding]) -> list[Problem]:
    """The findings on their lines, without those that only follow from a key that is already reported."""
    return [shaped.document.problem(*finding) for finding in findings if shaped.believes(finding.key)]


def declaration_hash(spec: BaseModel) -> str:
    """SHA-256 of a declaration as canonical JSON, in hex.

    Layout, comments and the order of keys do not change it, nor whether a default is written out. The order
    of columns does, since texts of the same meaning are numbered by it. Of a Project, all its files
    count, and the folder it lies in does not.
    """
    data = spec.model_dump(mode="json", exclude={"root", "lines"} if isinstance(spec, Project) else None)
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
