# default.nix
{ nixpkgs, pkgs ? import nixpkgs { overlays = [ (import ./overlays/a.nix) (import ./overlays/p.nix) ]; } }:
{
  result = pkgs;
}
