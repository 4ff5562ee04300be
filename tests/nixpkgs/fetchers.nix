# Fetchers as fixed-output derivations: names, addresses and hashed bytes are those of nixpkgs.
# Source: Nixpkgs manual, "Fetchers"; Nix manual, "Advanced attributes", outputHash.
{ lib, site, stdenv }:
let
  # The four ways to say a hash; an SRI names its own algorithm
  hashOf = what: { hash ? "", sha256 ? "", sha512 ? "", sha1 ? "", ... }:
    let
      given = lib.filter ({ value, ... }: value != "") [
        { algorithm = "sha256"; value = hash; }
        { algorithm = "sha256"; value = sha256; }
        { algorithm = "sha512"; value = sha512; }
        { algorithm = "sha1"; value = sha1; }
      ];
      only = lib.head given;
      sri = builtins.match "(md5|sha1|sha256|sha512)-.*" only.value;
    in
    if lib.length given > 1 then throw "multiple hashes passed to ${what}"
    else if given == [ ] then { outputHashAlgo = "sha256"; outputHash = lib.fakeHash; }
    else {
      outputHashAlgo = if sri == null then only.algorithm else lib.head sri;
      outputHash = only.value;
    };

  fixed = what: args: recursive: attributes: stdenv.mkDerivation (
    hashOf what args // {
      outputHashMode = if recursive then "recursive" else "flat";
      preferLocalBuild = true;
      impureEnvVars = [
        "http_proxy" "https_proxy" "no_proxy" "all_proxy" "NIX_SSL_CERT_FILE" "SSL_CERT_FILE"
      ];
    } // attributes
  );

  # Leaves the first address that answers in $downloaded
  download = ''
    set -f # an address may have a question mark, which is no pattern of files
    for url in $addresses; do
      echo "trying $url"
      if curl --fail --location --silent --show-error --output "$downloaded" "$url"; then break; fi
      rm -f "$downloaded"
    done
    set +f
    if [ ! -e "$downloaded" ]; then
      echo "error: cannot download $name from any mirror" >&2
      exit 1
    fi
  '';

  # Leaves the only folder of an archive, or without stripRoot all of it, in $out
  unpack = stripRoot: ''
    mkdir "$TMPDIR/unpacked"
    cd "$TMPDIR/unpacked"
    case "$downloaded" in
      *.zip) unzip -q "$downloaded" ;;
      *) tar --no-same-owner -xf "$downloaded" ;;
    esac
    chmod -R u+w .
    ${if stripRoot then ''
      shopt -s dotglob
      entries=(*)
      if [ "''${#entries[@]}" != 1 ]; then
        echo "error: zip file must contain a single file or directory." >&2
        echo "hint: Pass stripRoot=false; to fetchzip to assume flat list of files." >&2
        exit 1
      fi
      if [ -f "''${entries[0]}" ]; then mkdir "$out"; fi
      mv "''${entries[0]}" "$out"
    '' else ''mv "$TMPDIR/unpacked" "$out"''}
    cd "$TMPDIR"
    chmod 755 "$out"
  '';

  mirrors = url:
    if lib.hasPrefix "mirror://pypi/" url
    then "${site.index}/packages/source/${lib.removePrefix "mirror://pypi/" url}"
    else if lib.hasPrefix "mirror://npm/" url
    then "${site.npm}/${lib.removePrefix "mirror://npm/" url}"
    else url;

  fetchurl = { url ? "", urls ? [ url ], name ? baseNameOf (lib.head urls), postFetch ? "", ... }@args:
    fixed "fetchurl" args (args.recursiveHash or false) {
      inherit name urls;
      addresses = map mirrors urls;
      buildCommand = ''
        downloaded=$out
        ${download}
        ${postFetch}
      '';
      passthru = { url = lib.head urls; } // args.passthru or { };
      meta = args.meta or { };
    };

  fetchzip =
    { url ? "", urls ? [ url ], name ? "source", stripRoot ? true, postFetch ? "", extension ? "", ... }@args:
    let
      zip = extension == "zip" || lib.hasSuffix ".zip" (lib.head urls);
    in
    fixed "fetchzip" args true {
      inherit name urls;
      addresses = map mirrors urls;
      buildCommand = ''
        downloaded=$TMPDIR/archive${if zip then ".zip" else ".tar"}
        ${download}
        ${unpack stripRoot}
        ${postFetch}
      '';
      passthru = { url = lib.head urls; } // args.passthru or { };
      meta = args.meta or { };
    };

  fetchgit =
    { url, rev ? "HEAD", tag ? null, name ? "source", leaveDotGit ? deepClone || fetchTags
    , deepClone ? false, fetchTags ? false, fetchSubmodules ? true, fetchLFS ? false
    , sparseCheckout ? [ ], rootDir ? "", postFetch ? "", ... }@args:
    if (deepClone || fetchTags) && !leaveDotGit
    then throw "fetchgit: deepClone and fetchTags need leaveDotGit"
    else fixed "fetchgit" args true {
      inherit name url leaveDotGit deepClone fetchTags fetchSubmodules fetchLFS sparseCheckout rootDir;
      rev = if tag == null then rev else "refs/tags/${tag}";
      GIT_CONFIG_NOSYSTEM = "1";
      GIT_TERMINAL_PROMPT = "0";
      buildCommand = ''
        source ${./fetchgit.sh}
        ${postFetch}
        true
      '';
      passthru = { inherit tag; } // args.passthru or { };
      meta = args.meta or { };
    };

  # What GitHub and GitLab have in common: one archive of one ref, or a clone where that is not enough
  fromForge = what: { homepage, archive }: { rev ? null, tag ? null, name ? "source", ... }@args:
    let
      ref = if tag == null then rev else "refs/tags/${tag}";
      clone = lib.any (flag: args.${flag} or false != false && args.${flag} != [ ]) [
        "fetchSubmodules" "leaveDotGit" "deepClone" "fetchTags" "forceFetchGit" "fetchLFS"
        "sparseCheckout" "rootDir"
      ];
      common = removeAttrs args [ "owner" "repo" "domain" "githubBase" "rev" "tag" "passthru" "meta" ] // {
        inherit name;
        passthru = { inherit (args) owner repo; inherit tag; rev = ref; gitRepoUrl = "${homepage}.git"; }
          // args.passthru or { };
        meta = { inherit homepage; } // args.meta or { };
      };
    in
    if (rev == null) == (tag == null)
    then throw "${what} requires one of either `rev` or `tag` to be provided (not both)."
    else if clone
    then fetchgit ({ fetchSubmodules = false; } // common // { url = "${homepage}.git"; rev = ref; })
    else fetchzip (common // { url = archive ref; extension = "tar.gz"; });
in
{
  fetchurl = lib.makeOverridable fetchurl;
  fetchzip = lib.makeOverridable fetchzip;
  fetchgit = lib.makeOverridable fetchgit;
  fetchpatch = lib.makeOverridable fetchurl;

  fetchFromGitHub = lib.makeOverridable ({ owner, repo, githubBase ? null, ... }@args:
    let homepage = "${if githubBase == null then site.github else "https://${githubBase}"}/${owner}/${repo}";
    in fromForge "fetchFromGitHub"
      { inherit homepage; archive = ref: "${homepage}/archive/${ref}.tar.gz"; }
      args);

  fetchFromGitLab = lib.makeOverridable ({ owner, repo, domain ? null, ... }@args:
    let base = if domain == null then site.gitlab else "https://${domain}";
    in fromForge "fetchFromGitLab"
      {
        homepage = "${base}/${owner}/${repo}";
        archive = ref: "${base}/api/v4/projects/${owner}%2F${repo}/repository/archive.tar.gz?sha=${ref}";
      }
      args);

  # A changeset without the file that says which it is
  fetchhg = { name ? null, url, rev ? null, hash ? "", sha256 ? "", fetchSubrepos ? false, ... }@args:
    fixed "fetchhg" args true {
      name = "hg-archive" + lib.optionalString (name != null) "-${name}";
      inherit url rev;
      HGRCPATH = "";
      HGPLAIN = "1";
      buildCommand = ''
        ${site.hg} clone --quiet --noupdate "$url" "$TMPDIR/clone"
        ${site.hg} --cwd "$TMPDIR/clone" archive --quiet --type files ''${rev:+--rev "$rev"} "$out"
        rm -f "$out/.hg_archival.txt"
        true
      '';
    };

  # The file of a crate, unpacked unless told otherwise
  fetchCrate = lib.makeOverridable (
    { crateName ? args.pname, pname ? null, registryDl ? site.crates, version, unpack ? true, ... }@args:
    assert pname == null || pname == crateName;
    (if unpack then fetchzip else fetchurl) (
      { name = "${crateName}-${version}.tar.gz"; url = "${registryDl}/${crateName}/${version}/download"; }
      // (if unpack then { extension = "tar.gz"; } else { })
      // removeAttrs args [ "crateName" "pname" "registryDl" "version" "unpack" ]
    ));

  # What is in the archive of a package, hashed as the archive is
  fetchHex = { pkg, version, sha256, meta ? { } }:
    stdenv.mkDerivation {
      pname = "hex-source-${pkg}";
      inherit version meta;
      src = fetchurl { url = "${site.hex}/tarballs/${pkg}-${version}.tar"; inherit sha256; };
      unpackPhase = ''
        tar -xf $src contents.tar.gz
        mkdir contents
        tar -C contents -xzf contents.tar.gz
        cd contents
      '';
      installPhase = ''
        mkdir "$out"
        cp -r . "$out"
        true
      '';
    };

  # An sdist, or the wheel that python, abi and platform name
  fetchPypi = lib.makeOverridable (
    { pname, version, format ? "setuptools", extension ? "tar.gz"
    , dist ? "py2.py3", python ? "py2.py3", abi ? "none", platform ? "any", ... }@args:
    let
      folder = "${lib.substring 0 1 pname}/${pname}";
    in
    fetchurl {
      url =
        if format == "wheel"
        then "${site.index}/packages/${dist}/${folder}/${pname}-${version}-${python}-${abi}-${platform}.whl"
        else if format == "setuptools" then "mirror://pypi/${folder}/${pname}-${version}.${extension}"
        else throw "Unsupported format ${format}";
      hash = args.hash or "";
      sha256 = args.sha256 or "";
      passthru = { inherit pname version format; };
    });
}
