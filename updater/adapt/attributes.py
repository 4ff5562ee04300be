"""A requirement's name -> the attribute that is that project, or none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model import normalized_name
from updater.model.adaptation import Replacement

if TYPE_CHECKING:
    from updater.adapt.situation import OwnPackage, Situation
    from updater.building.offers import SetOffer

TORCH = frozenset({"torch", "torchaudio", "torchvision", "triton"})
"""The projects that nixpkgs has from source and, under a name that ends in -bin, as wheels."""

KNOWN = {"discord-py": "discordpy", "pygobject": "pygobject3"}
"""Attributes that have another name than the project; their `pname` must be the project's all the
same. Source: nixpkgs, pkgs/top-level/python-packages.nix."""

_PROJECTS = {attribute: project for project, attribute in KNOWN.items()}
# Source: nixpkgs, pkgs/top-level/python-packages.nix.
_VARIANT = re.compile(r"-bin$|With(?:out)?(?:Cuda|Rocm|Vulkan)$")


class Provider(Struct, frozen=True):
    """The attribute that is a project.

    Attributes:
        own: an overlay makes it, or another package instead of it.
        version: empty where it is not known.
        offer: what the package set says of it; None of the overlays' own.
    """

    attribute: str
    own: bool
    version: str
    offer: SetOffer | None = None


def project_name(attribute: str) -> str:
    """Return the project that an attribute is named after, whichever way it is made."""
    return normalized_name(_VARIANT.sub("", attribute))


def project_of(situation: Situation, attribute: str) -> str:
    """Return the project that an attribute is, by its name and by the overlays' own packages."""
    own = (name for name, made in situation.own.items() if made.attribute == attribute)
    plain = project_name(attribute)
    by_name = plain if plain in TORCH else normalized_name(attribute)
    return next(own, "") or _PROJECTS.get(attribute, by_name)


def candidates(name: str) -> tuple[str, ...]:
    """Return the attributes that may be a project, for a question to the package set."""
    plain = (name, name.replace("-", "_"), *((KNOWN[name],) if name in KNOWN else ()))
    return tuple(dict.fromkeys((f"{name}-bin", *plain) if name in TORCH else plain))


def provider(situation: Situation, name: str) -> Provider | None:
    """Return what provides a project; None where neither the overlays nor the set have it.

    Args:
        situation: whose requirement it is.
        name: the project's, normalized.
    """
    own: OwnPackage | None = situation.own.get(name)
    if own is not None and own.attribute != situation.package.name:
        return Provider(own.attribute, own=True, version=own.version)
    attributes = candidates(name)
    if name in TORCH and not situation.binary:
        attributes = attributes[1:]
    if situation.answer is None:
        attribute = KNOWN.get(name, attributes[0])
        return Provider(attribute, attribute in situation.finals(), version="")
    for attribute in attributes:
        offer = situation.answer.offers.get(attribute)
        # An alias can be another project: only its own name makes it this one.
        if offer is not None and normalized_name(offer.name) == name:
            return Provider(attribute, attribute in situation.finals(), offer.version, offer)
    return None


def replacements(situation: Situation, package: Provider) -> tuple[Replacement, ...]:
    """Return what a package must be given instead of what it takes by itself.

    Nix refuses two packages of one project in one closure. What only the needs of its needs have
    twice cannot be told it here.
    """
    if package.offer is None:
        return ()
    present = situation.closure
    replaced = []
    for needed in package.offer.direct:
        name = normalized_name(needed.name)
        twin = present.get(name)
        used = provider(situation, name)
        clashes = twin is not None and twin.path != needed.path
        if used is None:
            continue
        # What the overlays replace clashes with the next package that takes theirs.
        if clashes or used.own or (used.offer is not None and used.offer.path != needed.path):
            replaced.append(Replacement(name, used.attribute, used.own))
    return tuple(replaced)
