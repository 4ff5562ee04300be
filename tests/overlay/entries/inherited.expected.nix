let
  overlays = [ (import ./overlays/a.nix) (import ./overlays/b.nix) (import ./overlays/new.nix) ]; # all of them
in
{ nixpkgs }: { result = import nixpkgs { inherit overlays; }; }
