{
  outputs = { self, nixpkgs }:
    let
      base = [ (import ./overlays/a.nix) ];
      models = [
        (import ./overlays/b.nix)
        (import ./overlays/c.nix)
      ];
      patches = [ (import ./overlays/p.nix) ];
    in
    { result = import nixpkgs { overlays = base ++ models ++ patches; }; };
}
