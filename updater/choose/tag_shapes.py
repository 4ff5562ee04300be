"""Which form the tags of a pin have: what its own tag shows, or what config.yaml says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace
from packaging.version import Version

from updater.choose.tag_forms import TAG_SECONDS, TagForm, TagNames, general_form, prefixed_form
from updater.choose.versions import is_commit, is_shortened
from updater.effects.processes.budget import ProcessorTime
from updater.model.labels import (
    Spelling,
    is_date,
    is_unstable,
    lead,
    ordered,
    parse_version,
    same_version,
)
from updater.model.versions import LONGEST_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Offer, Pin, Policy

_LAST_VERSION = re.compile(r"\d+(?:[._]\d+)+(?:\.?(?:a|b|c|rc|alpha|beta|dev|post)\d*)*(?!.*\d)")
_DIGIT = re.compile("[0-9]")
_JOINED = re.compile(r"(?P<numbers>\d+(?:\.\d+)+)(?P<rest>[a-z]+\d*)")


def tag_form(pin: Pin, policy: Policy, offer: Offer, names: TagNames) -> TagForm:
    """Return the form of the tags that count for a pin, and how their versions are counted on.

    Args:
        pin: its rev, where that is a tag, shows the form.
        policy: its ``tag_pattern`` and ``tag_format`` decide where there is one.
        offer: a commit pin has the form of the tag that names its commit. Where nothing shows
            the form and some tags start with the package's own name, those count (a monorepo).
        names: what a tag may start with.
    """
    form = _in_turn(_tag_form(pin, policy, offer, names), pin, offer, names)
    form = replace(form, lead=lead(pin.version))
    tag = _naming_tag(pin, offer, names) if is_commit(pin.rev) else pin.rev
    version = Spelling.of_letters(form.version(tag) or "") if tag else None
    if version is None:
        return form
    # 1.0a and 1.0b are on the way to 1.0 where that is there, and nothing goes on to 1.0d.
    texts = {form.version(candidate.ref) or "" for candidate in offer.candidates}
    letters = {text[-1] for text in texts if Spelling.of_letters(text)}
    on_the_way = version.text[:-1] in texts and letters <= set("abc")
    return form if on_the_way else replace(form, lettered=True)


def _in_turn(form: TagForm, pin: Pin, offer: Offer, names: TagNames) -> TagForm:
    """Return a form with and without what stands before the version, if upstream has both in turn.

    Such as ``v1.0``, ``1.1``, ``v1.2``: the other one stands before the pinned version, and behind
    all of the pin's own.
    """
    tag = _naming_tag(pin, offer, names) if is_commit(pin.rev) else pin.rev
    own_match = form.pattern.fullmatch(tag) if form.time is None else None
    pinned = parse_version(form.version(tag)) if own_match is not None else None
    if own_match is None or pinned is None or form.written:
        return form
    before, after = tag[: own_match.start("version")], tag[own_match.end("version") :]
    own: list[Version] = []
    strays: list[str] = []
    for candidate in offer.candidates:
        version = parse_version(form.version(candidate.ref))
        if version is None:
            strays.append(candidate.ref)
        elif not version.is_prerelease:
            own.append(version)
    if not strays or not own or after:
        return form
    wider = replace(general_form(names), sign=form.sign)
    for other, versions in _by_lead(strays, wider, before).items():
        if min(versions) < pinned and max(versions) > max(own):
            either = re.compile(f"(?:{re.escape(before or other)})?(?P<version>\\d.*?)")
            return TagForm(either, sign=form.sign)
    return form


def _by_lead(tags: Sequence[str], form: TagForm, before: str) -> dict[str, list[Version]]:
    """Return the versions of tags of a form by what stands before them, which others may lack."""
    versions: dict[str, list[Version]] = {}
    for tag in tags:
        match = form.pattern.fullmatch(tag)
        if match is not None:
            version = parse_version(form.version(tag))
            lead_of_tag = tag[: match.start("version")]
            if version is not None and not version.is_prerelease and "" in (before, lead_of_tag):
                versions.setdefault(lead_of_tag, []).append(version)
    return versions


def _tag_form(pin: Pin, policy: Policy, offer: Offer, names: TagNames) -> TagForm:
    """Return the form of the tags that count for a pin."""
    if policy.tag_pattern is not None:
        dashed = "-".join((pin.version or "").split("."))
        sign = "-" if "-" in dashed and dashed in pin.rev else ""
        time = ProcessorTime(TAG_SECONDS)
        return TagForm(policy.tag_pattern, time, sign=sign, written=policy.tag_format)
    if policy.tag_format is not None:
        return TagForm(policy.tag_format.pattern, written=policy.tag_format)
    rev = pin.rev
    if is_commit(rev):
        rev = _naming_tag(pin, offer, names)
    is_tag = any(candidate.ref == rev for candidate in offer.candidates)
    # A branch that looks like a version may be what is meant, and other tags may have no such form.
    is_branch = rev in offer.branches and not (
        pin.through_version or (is_tag and general_form(names).version(rev) is None)
    )
    if rev and not is_branch and (is_tag or not is_shortened(rev)):
        shown = _shown_form(replace(pin, rev=rev), names)
        if shown is not None and (is_tag or pin.through_version or _is_used(shown, offer)):
            return shown
    return own_form(offer, names) or general_form(names)


def own_form(offer: Offer, names: TagNames) -> TagForm | None:
    """Return the form of tags with the package's own name; None where no tag has it."""
    own = names.of_monorepo
    form = prefixed_form(own, "") if own else None
    if form is None or not any(parse_version(form.version(tag.ref)) for tag in offer.candidates):
        return None
    return form


def _is_used(form: TagForm, offer: Offer) -> bool:
    """Tell whether some tag has a form, so that it is not one of a rev that names nothing."""
    return any(form.version(candidate.ref) is not None for candidate in offer.candidates)


def _naming_tag(pin: Pin, offer: Offer, names: TagNames) -> str:
    """Return the version tag that names a pinned commit, an empty string where none does.

    Of several that with the package's own name, then that which its label means.
    """
    general, own = general_form(names), names.of_monorepo
    prefixed = prefixed_form(own, "") if own else None
    at_the_end = re.compile(
        rf"v?\d.*[-_/@](?:{'|'.join(map(re.escape, own))})" if own else "(?!)", re.IGNORECASE
    )
    # The label of a commit says that no tag names it: 0-unstable-DATE does not mean the tag 0.0.
    label = None if is_unstable(pin.version) else ordered(pin.version)

    def is_written(tag: str) -> bool:
        return _stands_in(tag, pin.version or "")

    def rank(tag: str) -> tuple[bool, bool, bool]:
        version = ordered(general.version(tag))
        is_last = at_the_end.fullmatch(tag) is not None
        is_own = is_last or (prefixed is not None and prefixed.version(tag) is not None)
        is_label = tag == pin.version or (
            label is not None
            and (
                version == label
                or (version is None and is_written(tag))
                or (is_last and is_written(tag))
            )
        )
        return (not is_own, not is_label, not isinstance(version, Version))

    tags = [
        candidate.ref
        for candidate in offer.candidates
        if candidate.commit == pin.rev
        and (ordered(general.version(candidate.ref)) or (label and is_written(candidate.ref)))
    ]
    if prefixed is not None and any(prefixed.version(tag.ref) for tag in offer.candidates):
        # What else is on the commit is the repository's, or another package's.
        tags = [tag for tag in tags if rank(tag)[:2] != (True, True)]
    return min(tags, key=rank, default="")


def _stands_in(tag: str, label: str) -> bool:
    """Tell whether a tag has a label in it, also with other signs: ``core-8-6-14`` has 8.6.14."""
    if re.search(rf"(?<![0-9.]){re.escape(label)}(?![0-9]|\.[0-9])", tag):
        return True
    return bool(_separated_in(tag, label)) or any(_joined_in(tag, label, sign) for sign in "_-")


def _separated_in(tag: str, label: str) -> str:
    """Return how a label stands in a tag that has other signs for its dots; else nothing."""
    if "." not in label or label in tag:
        return ""
    numbers = "[-._]".join(map(re.escape, label.split(".")))
    match = re.search(rf"(?<![0-9])(?<![0-9][-._]){numbers}(?![0-9]|[-._][0-9])", tag)
    return match[0] if match is not None else ""


def _shown_form(pin: Pin, names: TagNames) -> TagForm | None:
    """Return the form that a pin's tag shows: all but its version stays the same."""
    version = _version_in(pin, names)
    if not version:
        return None
    before, _, after = map(re.escape, pin.rev.partition(version))
    first = re.escape(_lead_of(version)) + r"\d"
    pattern = re.compile(f"{before}(?P<version>{first}.*?){after}")
    label = pin.version or ""
    joined = any(version == _joined_in(version, label, sign) for sign in "_-")
    # Of a day that has dots in the label, the next one has dots, too.
    is_day = "." in label and is_date(label) and is_date(version) and same_version(version, label)
    sign = next((sign for sign in "-_" if sign in version and (joined or is_day)), "")
    dashed = "-" in version and version.replace("-", ".") == label
    return TagForm(pattern, sign="-" if dashed else sign, joined=joined)


def _lead_of(version: str) -> str:
    """Return what stands in front of a version's first number: ``R.`` of ``R.2024-03-07``."""
    if version[:1].isdigit() or is_shortened(version):
        return ""
    first = _DIGIT.search(version)
    return lead(version) or version[: first.start() if first else 0]


def _version_in(pin: Pin, names: TagNames) -> str:
    """Return the part of a pin's tag that is its version; its label may be false."""
    label = pin.version or ""
    if pin.through_version and label and label in pin.rev:
        return label
    whole = rf"(?<![0-9A-Za-z]){re.escape(label)}(?![0-9])(?!\.[0-9])"
    if lead(label) and re.search(whole, pin.rev):
        return label
    for sign in "_-":
        written = label.replace(".", sign)
        is_there = sign in written and written in pin.rev and label not in pin.rev
        if other := written if is_there else _joined_in(pin.rev, label, sign):
            return other
    if other := _separated_in(pin.rev, label):
        return other
    return _version_of_form(pin.rev, names) or _alike_in(pin.rev, label) or _last_in(pin, names)


def _version_of_form(tag: str, names: TagNames) -> str:
    """Return the version of a tag that looks like one of the project's, empty where it does not."""
    form = general_form(names)  # most pins do without: it takes as long as all the rest
    match = form.pattern.fullmatch(tag)
    version = form.version(tag) if match is not None else None
    if match is None or version is None:
        return ""
    is_version = parse_version(version) or Spelling.of_letters(version)
    return match["version"] if is_version else ""


def _last_in(pin: Pin, names: TagNames) -> str:
    """Return what may be the version in a tag that nothing else tells."""
    label = pin.version or ""
    if label and label in pin.rev:
        return label
    last = _LAST_VERSION.search(pin.rev)
    match = general_form(names).pattern.fullmatch(pin.rev)
    return last[0] if last else match["version"] if match else ""


def _alike_in(tag: str, label: str) -> str:
    """Return what in a tag is spelled as a label, but for its numbers and letters; else nothing.

    A version of PEP 440 shows that only with three numbers or more, and other signs for its dots.
    """
    if len(label) > LONGEST_VERSION or not _DIGIT.search(label):
        return ""
    count = label.count(".")
    if Spelling.of_letters(label):
        spelled = rf"\d+(?:[-._]\d+){{{count}}}z?[a-z]"
    elif parse_version(label) is None:
        spelled = r"\d+".join(map(re.escape, re.split(r"\d+", label)))
    elif count > 1 and label.replace(".", "").isdigit():
        spelled = rf"(?<!\d-)\d+(?:-\d+){{{count}}}(?!-\d)"
    else:
        return ""
    match = re.search(rf"(?<![0-9.]){spelled}(?![0-9A-Za-z])(?!\.[0-9])", tag)
    return match[0] if match is not None else ""


def _joined_in(tag: str, label: str, sign: str) -> str:
    """Return how a label with letters at its end stands in a tag, empty where it does not.

    The tag has another sign for its dots, and may have one before the letters, and capitals:
    ``9_8_P1`` of 9.8p1.
    """
    label_match = _JOINED.fullmatch(label)
    if label_match is None or label in tag:
        return ""
    numbers, rest = (re.escape(label_match[name]) for name in ("numbers", "rest"))
    own = f"{numbers.replace(re.escape('.'), sign)}[-_.]?{rest}"
    match = re.search(rf"(?<![0-9]){own}(?![0-9])", tag, re.IGNORECASE)
    return match[0] if match is not None else ""
