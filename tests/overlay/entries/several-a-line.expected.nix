{
  outputs = { self, nixpkgs }: {
    result = import nixpkgs {
      overlays = [
        (import ./overlays/a.nix) (import ./overlays/b.nix)
        (import ./overlays/new.nix)
        (import ./overlays/c.nix) /* uses b */ (import ./overlays/p.nix)
      ];
    };
  };
}
