# What a language's builders vendor for a source: fixed outputs made from its lock file, under the
# attributes that nixpkgs gives them. Source: Nixpkgs manual, "Languages and frameworks".
{ lib, stdenv }:
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

  builder = deps: makeDeps: args: stdenv.mkDerivation (args // {
    ${deps} = makeDeps args;
    buildCommand = ''mkdir "$out"; ln -s "''$${deps}" "$out/vendor"; true'';
  });
in
{
  rustPlatform = {
    inherit fetchCargoVendor;
    buildRustPackage = builder "cargoDeps" (args: fetchCargoVendor { inherit (args) src; hash = args.cargoHash; });
  };
  buildGoModule = builder "goModules"
    (args: vendored "${args.pname}-go-modules" "go.sum" args.vendorHash args.src);
  fetchNpmDeps = { src, hash, ... }: vendored "npm-deps" "package-lock.json" hash src;

  # A builder of the user's own, whose names no list knows
  buildWidget = builder "widgets" (args: vendored "widgets" "widgets.lock" args.widgetDigest args.src);
}
