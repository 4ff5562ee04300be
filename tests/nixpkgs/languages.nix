# What a language's builders vendor for a source: fixed outputs made from its lock file, under the
# attributes that nixpkgs gives them. Source: Nixpkgs manual, "Languages and frameworks".
{ lib, stdenv, fetchgit }:
let
  # What is vendored is the lock file itself
  vendored = name: lock: hash: src: stdenv.mkDerivation {
    inherit name src;
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
    outputHash = if hash == "" then lib.fakeHash else hash;
    buildCommand = ''
      mkdir "$out"
      while IFS= read -r line; do echo "$line"; done < "$src/${lock}" > "$out/${lock}"
    '';
  };

  # Only the staging folder has the hash, as in nixpkgs
  fetchCargoVendor = { src, hash ? "", name ? "tool", ... }:
    let
      vendorStaging = vendored "${name}-vendor-staging" "Cargo.lock" hash src;
    in
    stdenv.mkDerivation {
      name = "${name}-vendor";
      inherit vendorStaging;
      buildCommand = ''mkdir "$out"; ln -s "$vendorStaging" "$out/staging"; true'';
      passthru = { inherit vendorStaging; };
    };

  # Every package that a lock file takes from git has a hash, and every hash such a package
  importCargoLock =
    { lockFile ? null, lockFileContents ? builtins.readFile lockFile, outputHashes ? { } }:
    let
      locked = (builtins.fromTOML lockFileContents).package;
      gitParts = package: builtins.match "git\\+([^?#]+)([?][^#]*)?#(.*)" (package.source or "");
      fromGit = lib.filter (package: gitParts package != null) locked;
      nameOf = package: "${package.name}-${package.version}";
      revs = lib.listToAttrs (map
        (package: { name = nameOf package; value = lib.last (gitParts package); })
        fromGit);
      hashes = lib.listToAttrs (map
        (name: {
          name = revs.${name} or (throw "A hash was specified for ${name}, but there is no corresponding git dependency.");
          value = outputHashes.${name};
        })
        (lib.attrNames outputHashes));
      fetch = package:
        let rev = lib.last (gitParts package); in
        fetchgit {
          url = lib.head (gitParts package);
          inherit rev;
          hash = hashes.${rev} or (throw "No hash was found while vendoring the git dependency ${nameOf package}.");
        };
    in
    stdenv.mkDerivation {
      name = "cargo-vendor-dir";
      crates = map fetch fromGit;
      lock = builtins.toFile "Cargo.lock" lockFileContents;
      buildCommand = ''
        mkdir "$out"
        for crate in $crates; do ln -s "$crate" "$out"; done
        ln -s "$lock" "$out/Cargo.lock"
        true
      '';
    };

  # As cargoSetupHook does
  sameLock = ''
    if [ -e "$cargoDeps/Cargo.lock" ] && ! cmp "$cargoDeps/Cargo.lock" "$src/Cargo.lock"; then
      echo "ERROR: cargoHash or cargoSha256 is out of date"
      exit 1
    fi
  '';

  builder = deps: makeDeps: args:
    let
      made = attributes: removeAttrs attributes [ "cargoLock" ] // {
        ${deps} = makeDeps attributes;
        buildCommand = ''${if deps == "cargoDeps" then sameLock else ""}mkdir "$out"; ln -s "''$${deps}" "$out/vendor"; true'';
      };
    in
    stdenv.mkDerivation
      (if builtins.isFunction args then finalAttrs: made (args finalAttrs) else made args);

  npmDeps = { src, hash, ... }: vendored "npm-deps" "package-lock.json" hash src;
in
{
  rustPlatform = {
    inherit fetchCargoVendor importCargoLock;
    buildRustPackage = builder "cargoDeps" (args:
      if args ? cargoDeps then args.cargoDeps
      else if args ? cargoLock then importCargoLock args.cargoLock
      else fetchCargoVendor { inherit (args) src; hash = args.cargoHash; });
  };
  buildGoModule = builder "goModules"
    (args: vendored "${args.pname}-go-modules" "go.sum" args.vendorHash args.src);
  fetchNpmDeps = npmDeps;
  buildNpmPackage = builder "npmDeps" (args: npmDeps { inherit (args) src; hash = args.npmDepsHash; });

  # A builder of the user's own, whose names no list knows
  buildWidget = builder "widgets" (args: vendored "widgets" "widgets.lock" args.widgetDigest args.src);
}
