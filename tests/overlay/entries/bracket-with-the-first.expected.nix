{
  outputs = { self, nixpkgs }:
    let overlays = [ (import ./overlays/a.nix)
                     (import ./overlays/b.nix)
                     (import ./overlays/new.nix) ];
    in { result = import nixpkgs { inherit overlays; }; };
}
