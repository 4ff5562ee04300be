{
  outputs = { self, nixpkgs }: {
    result = import nixpkgs {
      overlays = [
        # Everything
        (import ./overlays/new.nix)
        (import ./overlays/c.nix)
        (import ./overlays/p.nix)
      ];
    };
  };
}
