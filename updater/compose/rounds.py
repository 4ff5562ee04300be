"""New overlays round by round in a copy of the project, until all of them build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.building.package_sets import PackageSets
from updater.compose.additions import AddedPackage, Addition
from updater.compose.drafts import OverlayDraft, unbuilt, with_extras
from updater.compose.failures import failure, missing_of, reason_of, together
from updater.compose.notes import notes_of
from updater.compose.places import equipped_all, registered_all
from updater.compose.presence import refuse_in_set
from updater.compose.reported import facts_of
from updater.compose.trees import entry_place
from updater.errors import BuildError, NotFound, PatchError, StageError
from updater.model import Passed, Updated, normalized_name
from updater.model.run import Bump
from updater.pipeline.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from updater.compose.additions import AddRequest
    from updater.compose.origins import NewProject
    from updater.compose.trees import EntryPlace, ProjectCopy, Runner
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Build, Outcome, Package
    from updater.pipeline.pipeline import Pipeline

_MOST_ROUNDS = 20


class AddRounds(Struct):
    """The work in one copy of the project.

    Attributes:
        run: gives a pipeline to what asks upstreams and Nix.
        missing: looks up what is required and nobody has.
        user: the file of a package that will use what is added; empty for none.
        built: identity -> what is ready.
        failed: file -> why what is written all the same does not build.
    """

    run: Runner
    missing: Callable[[Sequence[str]], list[NewProject]]
    copy: ProjectCopy
    ask: AddRequest
    user: str = ""
    built: dict[str, tuple[OverlayDraft, Updated]] = {}
    failed: dict[str, str] = {}

    def finish(self, drafts: Sequence[OverlayDraft]) -> Addition:
        """Return all that is added, once it builds.

        Raises:
            UpdaterError: one of them does not build, or its place would be a guess.
        """
        copy, ask = self.copy, self.ask
        policy = copy.config.policy(drafts[0].package).build
        place = entry_place(copy.config, policy)
        entry = copy.data(place.file) or b""
        for draft in drafts:
            if copy.has(draft.file):
                raise PatchError(f"{draft.file} is there already", hint="name another with --file")
        refuse_in_set(self, drafts, place, entry)
        self._build(list(drafts), place, entry)
        finished = [draft for draft, _ in self.built.values()]
        for draft, updated in self.built.values():
            build = updated.build
            modules = build.imported if build is not None and ask.build else ()
            copy.write(draft.file, draft.final(updated.package, updated.change.after, modules))
        overlays = self.register(finished, place, entry)
        packages = [own for own in overlays.packages if own.file in {d.file for d in finished}]
        data = equipped_all(place, copy.data(place.file) or b"", ask.environments, packages)
        copy.write(place.file, data)
        builds = self._proven(packages, overlays) if ask.build else {}
        changed: dict[str, bytes | None] = {draft.file: copy.data(draft.file) for draft in finished}
        changed[place.file] = data
        by_file = {draft.file: (draft, updated) for draft, updated in self.built.values()}
        facts = {draft.file: facts_of(draft, updated) for draft, updated in self.built.values()}
        return Addition(
            tuple(
                AddedPackage(
                    package,
                    package.label or "",
                    _source(by_file[package.file][0]),
                    builds.get(package.identity),
                    notes_of(*by_file[package.file], self.failed.get(package.file, "")),
                    facts[package.file],
                    failed=package.file in self.failed,
                )
                for package in packages
            ),
            copy.changes(changed),
        )

    # --- rounds ---

    def without(
        self, drafts: Sequence[OverlayDraft], place: EntryPlace, entry: bytes
    ) -> OverlayFiles:
        """Take drafts out of the copy again, and read all overlays."""
        for draft in drafts:
            self.copy.remove(draft.file)
        self.copy.write(place.file, entry)
        return self.copy.read()

    def _build(self, waiting: list[OverlayDraft], place: EntryPlace, entry: bytes) -> None:
        """Fill drafts until all are built; what fails for good ends it."""
        known = {draft.name for draft in waiting}
        # What only the package set or a build told of them, beside what their files say.
        needs: dict[str, set[str]] = {}
        for _ in range(_MOST_ROUNDS):
            if not waiting:
                return
            names = {draft.name for draft in waiting}
            later = [
                draft
                for draft in waiting
                if ((draft.project.needs | needs.get(draft.name, set())) & names) - {draft.name}
            ]
            if len(later) == len(waiting):
                break
            waiting = [draft for draft in waiting if draft not in later]
            for draft in later:
                self.copy.remove(draft.file)
            overlays = self.written(waiting, place, entry)
            outcomes = self._bumped(waiting, overlays, build=self.ask.build)
            unbuilt = [draft for draft in waiting if not self._is_built(outcomes[draft.file])]
            left: list[OverlayDraft] = []
            missing: dict[str, str] = {}
            failures: list[StageError] = []
            for draft in unbuilt:
                outcome = outcomes[draft.file]
                absent = [name for name in missing_of(outcome) if name not in known]
                following = self._following(draft, outcome, absent)
                if following is None and self.ask.keep_failed and not absent:
                    self._keep(draft, outcome, overlays)
                elif following is None:
                    failures.append(failure(draft, outcome, absent, later))
                else:
                    missing |= dict.fromkeys(absent, draft.name)
                    needs.setdefault(draft.name, set()).update(absent)
                    left.append(following)
            if failures or (not missing and left == waiting):
                raise together(failures, left)
            style = waiting[0].style
            left += [OverlayDraft.beside(project, style) for project in self._looked_up(missing)]
            known |= {normalized_name(name) for name in missing}
            waiting = [*left, *later]
        raise together([], waiting)

    def _keep(self, draft: OverlayDraft, outcome: Outcome, overlays: OverlayFiles) -> None:
        """Take a draft that does not build as the text of its source has it."""
        again = self._bumped([draft], overlays, build=False)[draft.file]
        if not self._is_built(again):
            raise failure(draft, again, ())
        self.copy.write(draft.file, self.built[again.package.identity][1].change.after)
        self.failed[draft.file] = reason_of(outcome)

    def _looked_up(self, missing: Mapping[str, str]) -> list[NewProject]:
        """Return the projects that are required and nobody has, by who requires each.

        Raises:
            NotFound: one of them cannot be added.
        """
        try:
            return self.missing(tuple(missing))
        except NotFound as error:
            requirers = ", ".join(dict.fromkeys(missing.values()))
            listed = ", ".join(missing)
            raise NotFound(
                f"{requirers} needs {listed} besides, and not all of that can be added: {error}",
                hint="add by hand what is not there, then run this again",
            ) from error

    def _following(
        self, draft: OverlayDraft, outcome: Outcome, absent: Sequence[str]
    ) -> OverlayDraft | None:
        """Return what is tried after a draft failed; None for nothing."""
        if missing_of(outcome):
            return draft if self.ask.missing or not absent else None
        return draft.after(reason_of(outcome))

    def _is_built(self, outcome: Outcome) -> bool:
        return outcome.package.identity in self.built

    def written(
        self, drafts: Sequence[OverlayDraft], place: EntryPlace, entry: bytes
    ) -> OverlayFiles:
        """Write drafts into the copy, with their places in its list, and read all overlays."""
        for draft in drafts:
            self.copy.write(draft.file, draft.text)
        finished = [draft for draft, _ in self.built.values()]
        return self.register([*finished, *drafts], place, entry)

    def register(
        self, drafts: Sequence[OverlayDraft], place: EntryPlace, entry: bytes
    ) -> OverlayFiles:
        """Put what the copy has of drafts into its list, and read all overlays.

        Raises:
            UsageError: later runs would not read one of them, or not what they read now.
            PatchError: the place would be a guess.
        """
        new = {draft.file for draft in drafts}
        # Without configuration it is the list that leads to them.
        overlays = self.copy.read(new)
        data = registered_all(place, entry, new, overlays, self.user)
        self.copy.write(place.file, data)
        self.copy.refuse_unread(new)
        return overlays

    def _bumped(
        self, drafts: Sequence[OverlayDraft], overlays: OverlayFiles, *, build: bool
    ) -> dict[str, Outcome]:
        """Fill drafts with their hashes and inputs, and build them."""
        by_file = {draft.file: draft for draft in drafts}
        packages = [package for package in overlays.packages if package.file in by_file]
        versions = {own.identity: by_file[own.file].origin.version for own in packages}
        ask = Bump(build=build)

        async def bump(pipeline: Pipeline) -> list[Outcome]:
            return await pipeline.bump(packages, overlays, ask, Ledger())

        outcomes = {
            outcome.package.file: outcome for outcome in self.run(self.copy.pinned(versions), bump)
        }
        for file, outcome in outcomes.items():
            if isinstance(outcome, Updated):
                finished = outcome
                if not build:
                    finished = unbuilt(by_file[file], outcome, overlays)
                elif outcome.build is None or outcome.build.status != "passed":
                    raise BuildError(
                        f"{outcome.package.name} was not built: "
                        f"{outcome.build.phase if outcome.build is not None else 'no build'}",
                        hint="--no-build writes it all the same",
                    )
                self.built[outcome.package.identity] = by_file[file], finished
        self._extended(overlays)
        return outcomes

    def _extended(self, overlays: OverlayFiles) -> None:
        """Add what extras need to what was built without them."""
        asked = {
            identity: (draft, updated)
            for identity, (draft, updated) in self.built.items()
            if draft.project.extras
        }
        if not asked:
            return
        texts = {updated.package.file: updated.change.after for _, updated in asked.values()}
        changed = replace(overlays, texts=overlays.texts | texts)

        async def extend(pipeline: Pipeline) -> list[bytes]:
            say = pipeline.run.http.say
            sets = PackageSets(pipeline.run.builder, overlays, say) if self.ask.build else None
            return [
                await with_extras(pipeline, sets, draft, updated.package, changed)
                for draft, updated in asked.values()
            ]

        for (identity, (draft, updated)), data in zip(
            asked.items(), self.run(self.copy.config, extend), strict=True
        ):
            change = replace(updated.change, after=data)
            self.built[identity] = (draft, replace(updated, change=change))
            self.copy.write(draft.file, data)

    def _proven(self, packages: Sequence[Package], overlays: OverlayFiles) -> Mapping[str, Build]:
        """Build what is written, as it is written, and import it."""

        async def test(pipeline: Pipeline) -> list[Outcome]:
            return await pipeline.test(packages, overlays)

        builds: dict[str, Build] = {}
        for outcome in self.run(self.copy.config, test):
            if isinstance(outcome, Passed):
                builds[outcome.package.identity] = outcome.build
                self.failed.pop(outcome.package.file, None)
            elif self.ask.keep_failed:
                self.failed.setdefault(outcome.package.file, reason_of(outcome))
            else:
                raise BuildError(
                    f"{outcome.package.name}, as it would be written, does not build: "
                    f"{reason_of(outcome)}",
                    hint="--keep-failed writes it all the same",
                )
        return builds


def _source(draft: OverlayDraft) -> str:
    origin = draft.origin
    return f"{origin.project}@{origin.tag}" if origin.tag else str(origin.project)
