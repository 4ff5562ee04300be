{
  outputs = { self, nixpkgs, flake-utils }:
    { overlays.default = nixpkgs.lib.composeManyExtensions [ (import ./overlays/b.nix) (import ./overlays/new.nix) (import ./overlays/p.nix) ]; }
    // flake-utils.lib.eachDefaultSystem (system: {
      result = import nixpkgs { inherit system; overlays = [ self.overlays.default ]; };
    });
}
