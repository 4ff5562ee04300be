# What nixpkgs' fetchgit leaves in $out, with git alone; its arguments are environment variables.
# Source: Nixpkgs manual, "fetchgit"; `nix-prefetch-git --help`; git-repack(1), git-gc(1).

# Fetch what is checked out: $rev is HEAD, a whole refs/ name, a commit id, or else a tag.
fetchRev() {
    local named="$rev"
    case "$rev" in
        HEAD | refs/*) ;;
        *[!0-9a-f]*) named="refs/tags/$rev" ;;
    esac
    if [ -n "$deepClone" ]; then
        git fetch --quiet --tags origin
        git fetch --quiet origin "$named"
    else
        git fetch --quiet --depth 1 origin "$named" || git fetch --quiet --tags origin "$named"
    fi
    git checkout --quiet -b fetchgit FETCH_HEAD
    [ -z "$fetchTags" ] || git fetch --quiet origin 'refs/tags/*:refs/tags/*'
}

# Make the .git of a checkout the same at every time: nothing that tells when it was made, or what
# else upstream has by now, and one pack, which one thread packs in one order.
makeSettled() {
    local own ref at tag
    own="$(git rev-parse --git-dir)"
    rm -rf "$own"/{logs,hooks,index,config,FETCH_HEAD,ORIG_HEAD}
    for ref in $(git for-each-ref --format='%(refname)' refs/remotes); do
        git update-ref --no-deref -d "$ref"
    done
    if [ -z "$fetchTags" ]; then
        at="$(git tag --points-at HEAD)"
        for tag in $(git tag --contains HEAD); do
            [ "$tag" = "$at" ] || git tag --delete "$tag"
        done
    fi
    git -c pack.threads=1 repack --quiet -A -d -f
    git -c pack.threads=1 gc --quiet --prune=all --keep-largest-pack
}

# Its own set-up of LFS, and the user's of nothing
export HOME="$TMPDIR/home"
mkdir "$HOME"
[ -z "$fetchLFS" ] || git lfs install

git init --quiet --initial-branch=master "$out"
cd "$out"
git remote add origin "$url"
[ -z "$sparseCheckout" ] || git sparse-checkout set $sparseCheckout
fetchRev
if [ -n "$fetchSubmodules" ]; then
    git submodule update --quiet --init --recursive
fi
if [ -n "$leaveDotGit" ]; then
    find . -name .git -prune | while read -r inside; do (cd "$(dirname "$inside")" && makeSettled); done
else
    find . -name .git -prune -exec rm -rf {} +
fi
if [ -n "$rootDir" ]; then
    mv "$out/$rootDir" "$TMPDIR/root"
    rm -rf "$out"
    cp -R "$TMPDIR/root" "$out"
    cd "$out"
fi
