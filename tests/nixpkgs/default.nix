# A package set that is called as nixpkgs is and behaves as nixpkgs does where overlays can tell the
# difference, but evaluates in a moment and builds offline with the host's tools.
{ system ? builtins.currentSystem
, overlays ? [ ]
, config ? { }
, ...
}:
let
  lib = import ./lib.nix;
  site = import ./site.nix // (config.updaterTest or { });

  base = self: {
    inherit config lib system;
    pkgs = self;
    path = ./.;
    callPackage = lib.callPackageWith self;

    stdenv = import ./stdenv.nix { inherit lib site config system; };
    stdenvNoCC = self.stdenv;

    inherit (import ./fetchers.nix { inherit lib site; inherit (self) stdenv; })
      fetchurl fetchzip fetchpatch fetchgit fetchPypi fetchFromGitHub fetchFromGitLab
      fetchCrate fetchHex fetchhg;

    inherit (import ./builders.nix { inherit lib; inherit (self) stdenv; })
      runCommand runCommandLocal symlinkJoin;

    inherit (import ./languages.nix { inherit lib; inherit (self) stdenv fetchgit; })
      rustPlatform buildGoModule buildNpmPackage fetchNpmDeps buildWidget;

    cmake = self.runCommand "cmake-stub" { } "mkdir $out";

    # What a flake's shell and formatter name
    mkShell = { packages ? [ ] }: self.runCommand "shell" { inherit packages; } "touch $out";
    inherit (lib.genAttrs
      [ "curl" "git" "git-lfs" "jq" "libarchive" "nix" "nixfmt-tree" "unzip" "zip" ]
      (name: self.runCommand name { } "mkdir $out"))
      curl git git-lfs jq libarchive nix nixfmt-tree unzip zip;

    cudaPackages_12_8 = import ./cuda.nix { inherit lib; inherit (self) stdenv; };
    cudaPackages = self.cudaPackages_12_8;

    # Extensions that reach python3.pkgs, as in nixpkgs; the `//` of an overlay does not
    pythonPackagesExtensions = [ ];
    python3 = import ./python.nix { pkgs = self; inherit lib site; };
    python3Packages = self.python3.pkgs;

    extend = overlay: self.appendOverlays [ overlay ];
    appendOverlays = extra: withOverlays (overlays ++ extra);
  };

  withOverlays = all: lib.fix (lib.foldl' (set: overlay: lib.extends overlay set) base all);
in
withOverlays overlays
