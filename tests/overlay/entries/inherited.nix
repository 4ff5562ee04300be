let
  overlays = [ (import ./overlays/a.nix) (import ./overlays/b.nix) ]; # all of them
in
{ nixpkgs }: { result = import nixpkgs { inherit overlays; }; }
