# A package set for the golden cases: what nixpkgs would take from an overlay is recorded, and a
# name that it does not have is an error, as it is there. Names and calling conventions are nixpkgs'.
{ system ? "", overlays ? [ ] }:
let
  fix = f: let x = f x; in x;
  given = f: argument: if builtins.isFunction f then f argument else f;
  names = list: make: builtins.listToAttrs (map (name: { inherit name; value = make name; }) list);

  fetchers = names [ "fetchPypi" "fetchFromGitHub" "fetchurl" "fetchzip" ] (fetcher: arguments:
    arguments // { inherit fetcher; rev = arguments.rev or arguments.tag or null; isSource = true; });

  lib = {
    fakeSha256 = "0000000000000000000000000000000000000000000000000000000000000000";
    fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    licenses = { mit = "mit"; asl20 = "asl20"; };
    platforms = {
      linux = [ "linux" ];
      unix = [ "unix" ];
    };
    optionals = condition: list: if condition then list else [ ];
    composeManyExtensions = extensions: final: prev:
      builtins.foldl' (set: overlay: set // overlay final (prev // set)) { } extensions;
  };

  # A package of one Python, with what it is overridden by
  made = python: definition: fix (package:
    let
      arguments = given definition package;
      changed = change: made python (_: arguments // given change arguments);
    in
    arguments // {
      inherit python;
      isPackage = true;
      outPath = "/${arguments.pname}";
      overrideAttrs = changed;
      overridePythonAttrs = changed;
      override = change: made python (_: arguments // { overridden = given change { }; });
    });

  existing = python: names
    [
      "accelerate" "einops" "hatchling" "numpy" "scikit-build-core" "scipy" "setuptools" "tqdm" "torch" "torch-bin" "torchaudio" "torchaudio-bin"
      "torchWithCuda" "opencv4" "torchvision" "torchvision-bin" "triton" "triton-bin" "encodec-extras" "hydra-core" "odd-name" "pyyaml"
    ]
    (name: made python (_: { pname = name; meta = { description = name; }; }));

  pythonOf = version: extensions: fix (python: {
    pkgs = fix (final:
      let base = existing version // { buildPythonPackage = made version; }; in
      builtins.foldl' (set: extension: set // extension final set) base extensions);
    withPackages = f: map shown (f python.pkgs);
  });

  cuda = names [ "cuda_nvcc" "libcublas" ] (name: { pname = name; python = ""; outPath = "/${name}"; });

  shown = package:
    if package ? overridden
    then "${package.pname} of ${package.python} with ${builtins.toJSON (builtins.mapAttrs (_: shown) package.overridden)}"
    else "${package.pname} of ${package.python}";

  # What JSON can say of a package
  plain = value:
    if builtins.isFunction value then "a function"
    else if builtins.isList value then map plain value
    else if builtins.isAttrs value && value ? pname && !(value ? isSource) then shown value
    else if builtins.isAttrs value then builtins.mapAttrs (_: plain) value
    else value;

  base = final: fetchers // {
    inherit lib;
    stdenv = rec { isDarwin = false; isLinux = true; isAarch64 = false; hostPlatform = { inherit isLinux isAarch64; isx86_64 = true; }; };
    cmake = { pname = "cmake"; python = ""; };
    config = { };
    cudaPackages = cuda;
    cudaPackages_11 = cuda;
    cudaPackages_12_8 = cuda;
    pythonPackagesExtensions = [ ];
    python3 = pythonOf "3" final.pythonPackagesExtensions;
    python311 = pythonOf "3.11" [ ];
    python3Packages = final.python3.pkgs;
    python311Packages = final.python311.pkgs;
  };

  final = fix (final:
    let prev = base final; in
    builtins.foldl' (set: overlay: set // overlay final set) prev overlays);

  isOwn = value: builtins.isAttrs value && value ? isPackage && (value ? src || value ? postPatch || value ? doCheck);
  recorded = set: builtins.mapAttrs
    (_: package: builtins.mapAttrs (_: plain) (removeAttrs package [ "outPath" "passthru" ]))
    (removeAttrs set (builtins.filter (name: !isOwn set.${name}) (builtins.attrNames set)));
in
final // { recorded = recorded final.python311Packages // recorded final.python3Packages; }
