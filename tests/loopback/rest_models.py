"""The JSON objects of GitHub's REST API, made from real repositories.

What a test looks at is true; what GitHub must also name is there with a plain value.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.loopback.objects import Commit, Comparison, Signature, read_commit, read_history
from tests.loopback.repositories import FIRST_DATE

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted, Release
    from tests.loopback.store import Ref

Json = dict[str, Any]

MOST_COMPARED = 250

REPOSITORY_LINKS = (
    "assignees blobs branches collaborators comments commits compare contents contributors "
    "deployments downloads events forks git_commits git_refs git_tags hooks issue_comment "
    "issue_events issues keys labels languages merges milestones notifications pulls releases "
    "stargazers statuses subscribers subscription tags teams trees"
)
REPOSITORY_COUNTS = (
    "forks forks_count network_count open_issues open_issues_count size stargazers_count "
    "subscribers_count watchers watchers_count"
)
REPOSITORY_NOES = "fork disabled has_discussions has_issues has_pages has_projects has_wiki"
USER_LINKS = (
    "events followers following gists organizations received_events repos starred subscriptions"
)


def full_repository_model(hosted: Hosted, github: GitHub) -> Json:
    """Return ``full-repository``."""
    api, web = addresses(hosted, github)
    pushed = max((ref.committed for ref in hosted.refs()), default=None)
    moment = zulu(pushed or FIRST_DATE)
    return {
        **{f"{name}_url": f"{api}/{name.replace('_', '/')}" for name in REPOSITORY_LINKS.split()},
        **dict.fromkeys(REPOSITORY_COUNTS.split(), 0),
        **dict.fromkeys(REPOSITORY_NOES.split(), False),
        **dict.fromkeys(("created_at", "updated_at", "pushed_at"), moment),
        **dict.fromkeys(("description", "homepage", "language", "license", "mirror_url")),
        **dict.fromkeys(("clone_url", "git_url", "ssh_url"), f"{web}.git"),
        "archive_url": f"{api}/{{archive_format}}{{/ref}}",
        "archived": hosted.archived,
        "default_branch": hosted.default_branch,
        "full_name": hosted.full_name,
        "html_url": web,
        "id": hosted.number,
        "name": hosted.name,
        "node_id": f"R_{hosted.number}",
        "owner": user_model(hosted.owner, github),
        "private": hosted.private,
        "svn_url": web,
        "url": api,
    }


def tag_model(hosted: Hosted, ref: Ref, github: GitHub) -> Json:
    """Return ``tag``; its commit is the peeled one."""
    api, _ = addresses(hosted, github)
    return {
        "name": ref.short,
        "commit": {"sha": ref.commit, "url": f"{api}/commits/{ref.commit}"},
        "zipball_url": f"{api}/zipball/{ref.name}",
        "tarball_url": f"{api}/tarball/{ref.name}",
        "node_id": f"REF_{hosted.number}_{ref.short}",
    }


def ref_model(hosted: Hosted, ref: Ref, github: GitHub) -> Json:
    """Return ``git-ref``; an annotated tag is not peeled."""
    api, _ = addresses(hosted, github)
    kind = "tag" if ref.annotated else "commit"
    return {
        "ref": ref.name,
        "node_id": f"REF_{hosted.number}_{ref.name}",
        "url": f"{api}/git/{ref.name}",
        "object": {"type": kind, "sha": ref.object, "url": f"{api}/git/{kind}s/{ref.object}"},
    }


def branch_model(hosted: Hosted, ref: Ref, github: GitHub) -> Json:
    """Return ``short-branch``."""
    api, _ = addresses(hosted, github)
    commit = {"sha": ref.commit, "url": f"{api}/commits/{ref.commit}"}
    return {"name": ref.short, "commit": commit, "protected": False}


def whole_branch_model(hosted: Hosted, ref: Ref, github: GitHub) -> Json:
    """Return ``branch-with-protection``."""
    api, web = addresses(hosted, github)
    commit = read_commit(hosted, ref.commit)
    at = f"{api}/branches/{ref.short}"
    checks = list(hosted.required_checks) if ref.short == hosted.default_branch else []
    return {
        "name": ref.short,
        "commit": commit_model(hosted, commit, github),
        "_links": {"html": f"{web}/tree/{ref.short}", "self": at},
        "protected": bool(checks),
        "protection": {
            "enabled": bool(checks),
            "required_status_checks": {
                "enforcement_level": "non_admins" if checks else "off",
                "contexts": checks,
                "checks": [{"context": check, "app_id": None} for check in checks],
            },
        },
        "protection_url": f"{at}/protection",
    }


def rule_model(hosted: Hosted, kind: str) -> Json:
    """Return ``repository-rule-detailed``."""
    source = {
        "ruleset_source_type": "Repository",
        "ruleset_source": hosted.full_name,
        "ruleset_id": 1,
    }
    if kind != "required_status_checks":
        return {"type": kind, **source}
    checks = {
        "required_status_checks": [{"context": "test"}],
        "strict_required_status_checks_policy": False,
    }
    return {"type": kind, "parameters": checks, **source}


def release_model(hosted: Hosted, release: Release, github: GitHub) -> Json:
    """Return ``release``."""
    api, web = addresses(hosted, github)
    number = hosted.releases.index(release) + 1
    published = zulu(release.published) if release.published else None
    return {
        "url": f"{api}/releases/{number}",
        "html_url": f"{web}/releases/tag/{release.tag}",
        "assets_url": f"{api}/releases/{number}/assets",
        "upload_url": f"{api}/releases/{number}/assets{{?name,label}}",
        "tarball_url": f"{api}/tarball/{release.tag}",
        "zipball_url": f"{api}/zipball/{release.tag}",
        "id": number,
        "node_id": f"RE_{hosted.number}_{number}",
        "tag_name": release.tag,
        "target_commitish": hosted.default_branch,
        "name": release.tag,
        "body": release.notes or None,
        "draft": release.draft,
        "prerelease": release.prerelease,
        "created_at": zulu(release.created),
        "published_at": published,
        "author": user_model(hosted.owner, github),
        "assets": [
            asset_model(hosted, release, place, github) for place in range(len(release.assets))
        ],
    }


def asset_model(hosted: Hosted, release: Release, place: int, github: GitHub) -> Json:
    """Return ``release-asset``."""
    api, web = addresses(hosted, github)
    name, content = release.assets[place]
    number = hosted.releases.index(release) * 100 + place + 1
    return {
        "url": f"{api}/releases/assets/{number}",
        "browser_download_url": f"{web}/releases/download/{release.tag}/{name}",
        "id": number,
        "node_id": f"RA_{hosted.number}_{number}",
        "name": name,
        "label": None,
        "state": "uploaded",
        "content_type": "application/octet-stream",
        "size": len(content),
        "digest": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "download_count": 0,
        "created_at": zulu(release.created),
        "updated_at": zulu(release.created),
        "uploader": user_model(hosted.owner, github),
    }


def commit_model(hosted: Hosted, commit: Commit, github: GitHub) -> Json:
    """Return ``commit``."""
    api, web = addresses(hosted, github)
    return {
        "url": f"{api}/commits/{commit.sha}",
        "sha": commit.sha,
        "node_id": f"C_{hosted.number}_{commit.sha}",
        "html_url": f"{web}/commit/{commit.sha}",
        "comments_url": f"{api}/commits/{commit.sha}/comments",
        "commit": {
            "url": f"{api}/git/commits/{commit.sha}",
            "author": signature_model(commit.author),
            "committer": signature_model(commit.committer),
            "message": commit.message,
            "comment_count": 0,
            "tree": {"sha": commit.tree, "url": f"{api}/git/trees/{commit.tree}"},
        },
        "author": user_model("loop", github),
        "committer": user_model("loop", github),
        "parents": [
            {"sha": one, "url": f"{api}/commits/{one}", "html_url": f"{web}/commit/{one}"}
            for one in commit.parents
        ],
    }


def association(hosted: Hosted, login: str) -> str:
    """Return what somebody is to a repository, as ``CommentAuthorAssociation`` has it."""
    if login == hosted.owner:
        return "OWNER"
    return "COLLABORATOR" if login in hosted.collaborators else "NONE"


def files_model(hosted: Hosted, base: str, head: str, github: GitHub) -> list[Json]:
    """Return ``diff-entry`` for each file that two commits have differently."""
    _, web = addresses(hosted, github)
    words = {"A": "added", "D": "removed", "M": "modified"}
    listed = hosted.git("diff-tree", "-r", "--no-commit-id", "--no-renames", base, head)
    found = []
    for line in listed.splitlines():
        facts, path = line.split("\t")
        _, _, before, after, kind = facts.split(" ")
        removed = kind == "D"
        found.append(
            {
                "additions": 1,
                "changes": 2,
                "deletions": 1,
                **{f"{name}_url": f"{web}/{name}" for name in ("blob", "contents", "raw")},
                "filename": path,
                "sha": before if removed else after,
                "status": words[kind],
            }
        )
    return found


def comparison_model(hosted: Hosted, compared: Comparison, github: GitHub) -> Json:
    """Return ``commit-comparison``."""
    api, web = addresses(hosted, github)
    page = f"{web}/compare/{compared.base}...{compared.head}"
    commits = read_history(
        hosted, "--reverse", f"--max-count={MOST_COMPARED}", f"{compared.base}..{compared.head}"
    )
    return {
        "url": f"{api}/compare/{compared.base}...{compared.head}",
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": commit_model(hosted, read_commit(hosted, compared.base), github),
        "merge_base_commit": commit_model(hosted, read_commit(hosted, compared.merge_base), github),
        "status": compared.status,
        "ahead_by": compared.ahead,
        "behind_by": compared.behind,
        "total_commits": compared.ahead,
        "commits": [commit_model(hosted, one, github) for one in commits],
        "files": files_model(hosted, compared.merge_base, compared.head, github)[:300],
    }


def user_model(login: str, github: GitHub) -> Json:
    """Return ``simple-user``."""
    api = f"{github.api_url}/users/{login}"
    return {
        **{f"{name}_url": f"{api}/{name}" for name in USER_LINKS.split()},
        "login": login,
        "id": 1,
        "node_id": f"U_{login}",
        "avatar_url": f"{github.url}/avatars/{login}",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{github.url}/{login}",
        "type": "Organization",
        "site_admin": False,
    }


def signature_model(signature: Signature) -> Json:
    """Return ``git-user``."""
    return {"name": signature.name, "email": signature.email, "date": zulu(signature.date)}


def zulu(moment: datetime) -> str:
    """Return a date as GitHub writes it: in UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def addresses(hosted: Hosted, github: GitHub) -> tuple[str, str]:
    """Return a repository's addresses in the API and on the web."""
    return f"{github.api_url}/repos/{hosted.full_name}", f"{github.url}/{hosted.full_name}"
