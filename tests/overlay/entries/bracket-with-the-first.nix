{
  outputs = { self, nixpkgs }:
    let overlays = [ (import ./overlays/a.nix)
                     (import ./overlays/b.nix) ];
    in { result = import nixpkgs { inherit overlays; }; };
}
