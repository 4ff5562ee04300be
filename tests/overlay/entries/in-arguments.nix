{
  outputs = { self, nixpkgs }:
    let
      arguments = { overlays = [ (import ./overlays/b.nix) ]; };
    in
    { result = import nixpkgs (arguments // { system = "x86_64-linux"; }); };
}
