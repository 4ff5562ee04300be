{
  outputs = { self, nixpkgs }: {
    result = import nixpkgs {
      overlays = [
        # Everything
        (import ./overlays/c.nix)
        (import ./overlays/p.nix)
      ];
    };
  };
}
