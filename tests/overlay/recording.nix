# A package set whose builders and fetchers return their arguments, so that evaluating an overlay
# tells what each package and source would be. Names and calling conventions are those of nixpkgs.
{ file }:
let
  fix = f: let x = f x; in x;
  given = f: argument: if builtins.isFunction f then f argument else f;

  fetchers = builtins.listToAttrs (map
    (fetcher: {
      name = fetcher;
      value = arguments:
        let given' = if builtins.isAttrs arguments then arguments else { url = arguments; }; in
        given' // {
          inherit fetcher;
          rev = given'.rev or given'.tag or null;
          # Of what is called so, a folder is told as it is written
          outPath = if given'.name or "" == "root" then builtins.toJSON (given' // { inherit fetcher; }) else "/source";
          override = change: fetchers.${fetcher} (given' // given change given');
        };
    }) [
    "fetchurl" "fetchzip" "fetchTarball" "fetchgit" "fetchGit" "fetchTree" "fetchhg" "fetchsvn" "fetchpatch" "fetchPypi" "fetchCrate" "fetchHex"
    "fetchFromGitHub" "fetchFromGitLab" "fetchFromGitea" "fetchFromForgejo" "fetchFromCodeberg"
    "fetchFromGitiles" "fetchFromRepoOrCz" "fetchFromSourcehut" "fetchFromBitbucket" "fetchCargoVendor" "fetchNpmDeps"
  ]);

  # `{ ... }`, `finalAttrs: { ... }`; overridden by `old: { ... }` and `finalAttrs: old: { ... }`
  build = definition: fix (final:
    let
      arguments = given definition final;
      overridden = change: build (final':
        let old = given definition final'; in
        old // (let once = given change old; in if builtins.isFunction once then change final' old else once));
    in
    arguments // {
      isPackage = true;
      outPath = "/package";
      finalPackage = final;
      override = _: build definition;
      overrideAttrs = overridden;
      overridePythonAttrs = overridden;
    });

  builders = {
    mkDerivation = build;
    buildPythonPackage = build;
    buildPythonApplication = build;
    buildRustPackage = build;
    melpaBuild = build;
    buildGoModule = build;
    buildNpmPackage = build;
  };

  named = name:
    let
      src = fetchers.fetchurl { url = "x"; hash = ""; owner = "o"; };
      it = build { pname = name; version = "0"; inherit src; };
    in
    it // { isLibrary = true; override = _: it; };
  libraries = builtins.listToAttrs (map (name: { inherit name; value = named name; }) [
    "accelerate" "again" "bitsandbytes" "cmake" "einops" "hatchling" "numpy" "other" "scipy"
    "setuptools" "tool" "torch-bin" "wheel"
  ]);

  lib = import ./expressions.nix // {
    importJSON = file: builtins.fromJSON (builtins.readFile file);
    importTOML = file: builtins.fromTOML (builtins.readFile file);
    fakeHash = "fake";
    fakeSha256 = "fake";
    optionals = condition: list: if condition then list else [ ];
    getDev = x: x;
    inherit (builtins) mapAttrs getAttr;
    genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
    mapAttrs' = f: set: builtins.listToAttrs (map (name: f name set.${name}) (builtins.attrNames set));
    nameValuePair = name: value: { inherit name value; };
    composeExtensions = f: g: final: prev: let p = f final prev; in p // g final (prev // p);
    licenses.mit = "mit";
  };

  pythonWith = extend: fix (python: {
    pkgs = fix (final:
      let base = fetchers // builders // libraries; in base // extend final base);
    override = change: pythonWith ((given change { }).packageOverrides);
  });

  base = final: fetchers // builders // libraries // {
    inherit lib;
    stdenv = builders // { isAarch64 = false; isx86_64 = true; system = "x86_64-linux"; };
    rustPlatform = builders // fetchers // { importCargoLock = arguments: arguments; };
    importNpmLock = arguments: arguments;
    inputs.given = "given";
    cudaPackages_12_8 = { cudaMajorMinorVersion = "12.8"; cuda_cccl = named "cuda_cccl"; };
    symlinkJoin = arguments: arguments // { outPath = "/joined"; };
    pythonPackagesExtensions = [ ];
    python3 = pythonWith (_: _: { });
    python3Packages = (pythonWith (final': prev':
      builtins.foldl' (found: extension: found // extension final' (prev' // found)) { } final.pythonPackagesExtensions)).pkgs;
    callPackage = file: arguments:
      let f = if builtins.isPath file then import file else file; in
      f (builtins.intersectAttrs (builtins.functionArgs f) (base final // (base final).python3Packages) // arguments);
  };

  # The builtins that fetch are recorded too, instead of fetching
  written = builtins.scopedImport
    {
      builtins = builtins // { inherit (fetchers) fetchurl fetchTarball fetchGit fetchTree; };
      inherit (fetchers) fetchurl fetchTarball fetchGit fetchTree;
    }
    file;

  final = fix (final:
    let prev = base final; in
    prev // (if builtins.isFunction written && builtins.functionArgs written == { } then written final prev else { }));

  # Those of the overlay, not what was there before
  isOwn = value: builtins.isAttrs value && value ? isPackage && ! value ? isLibrary;
  own = set: removeAttrs set (builtins.filter (name: !isOwn set.${name}) (builtins.attrNames set));

  packages =
    if builtins.isFunction written && builtins.functionArgs written != { }
    then { "" = final.callPackage written { }; }
    else own final.python3.pkgs // own final.python3Packages // own final;

  # What JSON can say of a value
  plain = value:
    if builtins.isFunction value then "a function"
    else if builtins.isPath value then "a path"
    else if builtins.isList value then map plain value
    else if builtins.isAttrs value then builtins.mapAttrs (_: plain) (removeAttrs value [ "finalPackage" "outPath" ])
    else value;
in
builtins.mapAttrs (_: plain) packages
