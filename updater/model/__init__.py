"""The nouns of the updater, in the order in which the pipeline makes them.

``run``, ``research``, ``proposal`` and ``labels`` are imported by themselves.

Everything here is frozen and free of I/O. Offsets are bytes (tree-sitter counts bytes, and so do
edits); lines and columns count from 1; times are timezone-aware.
"""

from updater.model.change import Build, Change, Diagnosis, Edit, FieldChange, PinValues
from updater.model.choice import Choice, Evidence, Pinned, Stay, Take, Tracking, Wait
from updater.model.fetch import Checkout, Fetch, Fetched, NoFile
from updater.model.hashes import Algorithm, GitOption, Hashed, HashMethod, Sri
from updater.model.offers import (
    Candidate,
    CommitFacts,
    Distribution,
    HttpResponse,
    Note,
    Offer,
    PinWarning,
    Relation,
    Scheme,
)
from updater.model.outcomes import (
    Current,
    Failed,
    Held,
    Identified,
    Outcome,
    Outdated,
    PackageOutcome,
    Passed,
    Reviewed,
    Skipped,
    State,
    Updated,
    Verdict,
)
from updater.model.overlay import (
    HASH_FIELDS,
    Directive,
    Field,
    Package,
    Part,
    Pin,
    Reference,
    Source,
    Span,
)
from updater.model.policy import BuildPolicy, Policy, PullPolicy, TrackKind
from updater.model.project import Host, Project
from updater.model.pulls import Branch, BranchCommit, Issue, Pull, PullRequest, PullState

__all__ = [
    "HASH_FIELDS",
    "Algorithm",
    "Branch",
    "BranchCommit",
    "Build",
    "BuildPolicy",
    "Candidate",
    "Change",
    "Checkout",
    "Choice",
    "CommitFacts",
    "Current",
    "Diagnosis",
    "Directive",
    "Distribution",
    "Edit",
    "Evidence",
    "Failed",
    "Fetch",
    "Fetched",
    "Field",
    "FieldChange",
    "GitOption",
    "HashMethod",
    "Hashed",
    "Held",
    "Host",
    "HttpResponse",
    "Identified",
    "Issue",
    "NoFile",
    "Note",
    "Offer",
    "Outcome",
    "Outdated",
    "Package",
    "PackageOutcome",
    "Part",
    "Passed",
    "Pin",
    "PinValues",
    "PinWarning",
    "Pinned",
    "Policy",
    "Project",
    "Pull",
    "PullPolicy",
    "PullRequest",
    "PullState",
    "Reference",
    "Relation",
    "Reviewed",
    "Scheme",
    "Skipped",
    "Source",
    "Span",
    "Sri",
    "State",
    "Stay",
    "Take",
    "TrackKind",
    "Tracking",
    "Updated",
    "Verdict",
    "Wait",
]
