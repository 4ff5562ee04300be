"""Which tags are versions of a package, and of which version."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from packaging.version import Version

from updater.choose.versions import (
    Release,
    is_commit,
    is_final,
    is_shortened,
    plain,
    successors,
)
from updater.effects.processes.budget import OverBudget, ProcessorTime
from updater.errors import StageError
from updater.model import Candidate, Offer, Pin, PinWarning, Policy
from updater.model.labels import Spelling, is_date, is_unstable, lead, ordered, parse_version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.model.labels import OrderedVersion
    from updater.model.tag_format import TagFormat

_SECONDS = 2.0
_PREFIX = r"(?:v|ver|version|rel|release|stable)?[-_./]?v?"
_LAST_VERSION = re.compile(r"\d+(?:[._]\d+)+(?:\.?(?:a|b|c|rc|alpha|beta|dev|post)\d*)*(?!.*\d)")
_ALTERNATING = frozenset({r"(?P<version>\d.*?)", r"v(?P<version>\d.*?)"})
_EITHER = re.compile(r"v?(?P<version>\d.*?)")
_SEPARATED = re.compile(
    r"(?P<numbers>\d+(?P<sign>[-_])\d+(?:(?P=sign)\d+)*)(?P<rest>[-_.]?[a-z]*[-_.]?\d*)"
)


class TagForm(Struct, frozen=True):
    """How a project writes a version into a tag.

    Attributes:
        pattern: matches a whole tag; its group ``version`` is the version.
        time: what all tags together may take; None for an expression that takes no long.
        lead: what stands in front of the version in the package's label, and stays there.
        lettered: letters count its versions on (``1.1.1b``, then ``1.1.1c``).
        sign: what its versions have in the place of dots, where two numbers would not tell.
        written: how the user says that a version is written into a tag; None where he does not.
    """

    pattern: re.Pattern[str]
    time: ProcessorTime | None = None
    lead: str = ""
    lettered: bool = False
    sign: str = ""
    written: TagFormat | None = None

    def label(self, version: str) -> str:
        """Return the label of a tag's version, which may have the lead already."""
        return f"{self.lead}{version}" if version[:1].isdigit() else version

    def version(self, tag: str) -> str | None:
        """Return a tag's version, None where it has another form.

        ``1_2_3`` and ``1-2-3`` are read as 1.2.3, but ``2024-02-20`` as the day that it is.

        Raises:
            StageError: the time is used up.
        """
        match = self._matched(tag)
        if match is None:
            return None
        if self.written is not None:
            return self.written.version(tag)
        text = match["version"]
        return self._dotted(text) if text and ("_" in text or "-" in text) else text

    def _dotted(self, text: str) -> str:
        """Return a version with dots for the one other sign that parts its numbers."""
        match = _SEPARATED.fullmatch(text)
        if match is None or is_date(text):
            return text
        sign, numbers = match["sign"], match["numbers"]
        if sign == "-" and self.sign != "-" and numbers.count("-") == 1:
            return text  # PEP 440 has 1-2 for 1.post2
        return numbers.replace(sign, ".") + match["rest"]

    def place(self, text: str) -> OrderedVersion | None:
        """Return the place of a version in the order of those that have this form."""
        return (Spelling.of_letters(text) if self.lettered else None) or ordered(text)

    def _matched(self, tag: str) -> re.Match[str] | None:
        if self.time is None:
            return self.pattern.fullmatch(tag)
        try:
            with self.time.spent():
                return self.pattern.fullmatch(tag)
        except OverBudget:
            raise StageError(
                f"`tag_pattern: {self.pattern.pattern}` needs more than {_SECONDS:.0f} s for "
                f"upstream's tags",
                hint="avoid a repetition inside another one, such as (a+)+",
            ) from None


class TagNames(Struct, frozen=True):
    """What a version tag may start with.

    Attributes:
        package: the package's own names.
        repository: the repository's, whose tags may be those of the package too.
    """

    package: tuple[str, ...]
    repository: str

    @property
    def of_monorepo(self) -> tuple[str, ...]:
        """The names that tell the package from the rest of its repository."""
        same = _plain(self.repository)
        return tuple(name for name in self.package if _plain(name) != same)


def tag_form(pin: Pin, policy: Policy, offer: Offer, names: TagNames) -> TagForm:
    """Return the form of the tags that count for a pin, and how their versions are counted on.

    Args:
        pin: its rev, where that is a tag, shows the form.
        policy: its ``tag_pattern`` and ``tag_format`` decide where there is one.
        offer: a commit pin has the form of the tag that names its commit. Where nothing shows
            the form and some tags start with the package's own name, those count (a monorepo).
        names: what a tag may start with.
    """
    form = _with_and_without_v(_tag_form(pin, policy, offer, names), pin, offer)
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


def _with_and_without_v(form: TagForm, pin: Pin, offer: Offer) -> TagForm:
    """Return a form that takes versions with and without a ``v``, where upstream has both in turn.

    It does where the other one stands before the pinned version, and behind all of the pin's own.
    """
    if form.pattern.pattern not in _ALTERNATING or not pin.through_version:
        return form
    either = TagForm(_EITHER, sign=form.sign)
    own: list[Version] = []
    other: list[Version] = []
    for candidate in offer.candidates:
        version = parse_version(either.version(candidate.ref))
        if version is not None and not version.is_prerelease:
            (own if form.version(candidate.ref) is not None else other).append(version)
    pinned = parse_version(form.version(pin.rev))
    if pinned is None or not own or not other:
        return form
    return either if min(other) < pinned and max(other) > max(own) else form


def _tag_form(pin: Pin, policy: Policy, offer: Offer, names: TagNames) -> TagForm:
    """Return the form of the tags that count for a pin."""
    if policy.tag_pattern is not None:
        dashed = "-".join((pin.version or "").split("."))
        sign = "-" if "-" in dashed and dashed in pin.rev else ""
        time = ProcessorTime(_SECONDS)
        return TagForm(policy.tag_pattern, time, sign=sign, written=policy.tag_format)
    if policy.tag_format is not None:
        return TagForm(policy.tag_format.pattern, written=policy.tag_format)
    rev = pin.rev
    if is_commit(rev):
        rev = _naming_tag(pin, offer, names)
    is_tag = any(candidate.ref == rev for candidate in offer.candidates)
    if rev and rev not in offer.branches and (is_tag or not is_shortened(rev)):
        shown = _shown_form(replace(pin, rev=rev), names)
        if shown is not None:
            return shown
    own = names.of_monorepo
    if own:
        prefixed = _form(own, "")
        if any(parse_version(prefixed.version(candidate.ref)) for candidate in offer.candidates):
            return prefixed
    return general_form(names)


def _naming_tag(pin: Pin, offer: Offer, names: TagNames) -> str:
    """Return the version tag that names a pinned commit, an empty string where none does.

    Of several that with the package's own name, then that which its label means.
    """
    general, own = general_form(names), names.of_monorepo
    prefixed = _form(own, "") if own else None
    # The label of a commit says that no tag names it: 0-unstable-DATE does not mean the tag 0.0.
    label = None if is_unstable(pin.version) else ordered(pin.version)

    def rank(tag: str) -> tuple[bool, bool, bool]:
        version = ordered(general.version(tag))
        is_own = prefixed is not None and prefixed.version(tag) is not None
        is_label = label is not None and (
            version == label or (version is None and tag.endswith(pin.version or ""))
        )
        return (not is_own, not is_label, not isinstance(version, Version))

    written = re.compile(rf"(?<![0-9.]){re.escape(pin.version or '')}(?![0-9]|\.[0-9])")
    tags = [
        candidate.ref
        for candidate in offer.candidates
        if candidate.commit == pin.rev
        and (ordered(general.version(candidate.ref)) or (label and written.search(candidate.ref)))
    ]
    if prefixed is not None and any(prefixed.version(tag.ref) for tag in offer.candidates):
        # What else is on the commit is the repository's, or another package's.
        tags = [tag for tag in tags if rank(tag)[:2] != (True, True)]
    return min(tags, key=rank, default="")


def general_form(names: TagNames) -> TagForm:
    """Return the form of anything that looks like a version tag of the package or repository."""
    return _form((*names.package, names.repository), "?")


@lru_cache(maxsize=4096)
def _form(names: tuple[str, ...], times: str) -> TagForm:
    unique = sorted({name for name in names if name}, key=len, reverse=True)
    # PEP 503 names: a run of -, _ and . is the same as any other.
    own = "|".join("[-_.]".join(map(re.escape, re.split("[-_.]+", name))) for name in unique)
    start = f"(?:(?:{own})(?:[-_/@]|==)?){times}" if own else ""
    return TagForm(re.compile(f"{start}{_PREFIX}(?P<version>\\d.*)", re.IGNORECASE))


def _plain(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()


def _shown_form(pin: Pin, names: TagNames) -> TagForm | None:
    """Return the form that a pin's tag shows: all but its version stays the same."""
    version = _version_in(pin, names)
    if not version:
        return None
    before, _, after = map(re.escape, pin.rev.partition(version))
    first = re.escape(lead(version)) + r"\d"
    dashed = "-" in version and version.replace("-", ".") == pin.version
    pattern = re.compile(f"{before}(?P<version>{first}.*?){after}")
    return TagForm(pattern, sign="-" if dashed else "")


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
        if sign in written and written in pin.rev and label not in pin.rev:
            return written
    general = general_form(names)  # most pins do without: it takes as long as all the rest
    match = general.pattern.fullmatch(pin.rev)
    if match and parse_version(general.version(pin.rev)):
        return match["version"]
    if label and label in pin.rev:
        return label
    last = _LAST_VERSION.search(pin.rev)
    return last[0] if last else match["version"] if match else ""


class Versions:
    """What an upstream offers, by the versions that it means: taken apart and sorted once.

    Args:
        candidates: tags (``version`` is the whole tag) or releases of an index.
        form: for tags; None for an index.

    Attributes:
        releases: the candidates that are PEP 440 versions, newest first.
        spelled: those that are versions of another spelling, newest first.
        others: the candidates of another form.
    """

    def __init__(self, candidates: Iterable[Candidate], form: TagForm | None) -> None:
        self.form = form
        self.others: list[Candidate] = []
        releases: list[Release] = []
        spelled: list[Release] = []
        label = str if form is None else form.label
        for candidate in candidates:
            text = candidate.version if form is None else form.version(candidate.ref)
            if text is None:
                self.others.append(candidate)
                continue
            version = ordered(text) if form is None else form.place(text)
            if isinstance(version, Version):
                releases.append(Release(version, _labelled(candidate, label(text))))
            elif version is not None:
                spelled.append(Release(version, _labelled(candidate, label(text))))
        self.releases = _newest_first(releases)
        self.spelled = _newest_first(spelled)

    def count(self, tag: str) -> bool:
        """Tell whether a tag has the form of those that count."""
        return self.form is not None and self.form.version(tag) is not None

    @property
    def every(self) -> list[Release]:
        """All that have a version of any spelling, PEP 440 first."""
        return [*self.releases, *self.spelled]


def _labelled(candidate: Candidate, version: str) -> Candidate:
    """Return a candidate under the version that its tag means; `replace` takes six times as long.

    A repository may have thousands of tags.
    """
    return Candidate(
        version,
        candidate.ref,
        candidate.commit,
        candidate.published,
        candidate.prerelease,
        candidate.yanked,
        candidate.url,
        candidate.distributions,
        candidate.requires_python,
        candidate.appeared,
    )


def _newest_first(releases: list[Release]) -> list[Release]:
    """Sort; of equal versions by their texts, which only make the order the same every time."""
    by_text = sorted(
        releases,
        key=lambda release: (release.candidate.ref, release.candidate.version),
        reverse=True,
    )
    return sorted(by_text, key=lambda release: release.version, reverse=True)


def other_forms(
    offered: Versions, newest: OrderedVersion | None, names: TagNames
) -> tuple[PinWarning, ...]:
    """Warn of a newer version tag in another form than the pin's.

    Args:
        offered: all tags, in the pin's form where they have it.
        newest: the newest version in that form, None where there is none.
        names: what a tag may start with.
    """
    if not offered.others:
        return ()
    own = names.of_monorepo
    in_monorepo = bool(own) and any(
        _form(own, "").version(tag.candidate.ref) for tag in offered.every
    )
    wider = _form(own, "") if in_monorepo else general_form(names)
    releases = Versions(offered.others, wider).releases
    newer = plain(releases) if newest is None else successors(releases, newest)
    tag = next((release.candidate.ref for release in newer if is_final(release.version)), None)
    if tag is None:
        return ()
    message = f"upstream has a newer tag, {tag}, in a different form than this pin"
    return (PinWarning("other-form", f"{message}; set `tag_pattern` to follow it"),)
