{
  outputs = { self, nixpkgs, rust }: {
    result = import nixpkgs {
      overlays = [
        rust.overlays.default
        (import ./overlays/a.nix)
        (final: prev: { tool = prev.hello; })
        (import ./overlays/c.nix { inherit rust; })
      ];
    };
  };
}
