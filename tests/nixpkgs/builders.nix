# Trivial builders. Source: Nixpkgs manual, "Trivial build helpers".
{ lib, stdenv }:
let
  runCommand = name: env: buildCommand: stdenv.mkDerivation ({ inherit name buildCommand; } // env);
in
{
  inherit runCommand;
  runCommandLocal = runCommand;

  # The first of two files at one place wins
  symlinkJoin = { name, paths, postBuild ? "", ... }@args:
    stdenv.mkDerivation (removeAttrs args [ "postBuild" ] // {
      buildCommand = ''
        mkdir -p "$out"
        for tree in $paths; do
          cp -rsn --no-preserve=mode "$tree/." "$out/"
        done
        ${postBuild}
      '';
    });
}
