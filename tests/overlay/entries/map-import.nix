{
  outputs = { self, nixpkgs }: {
    result = import nixpkgs {
      overlays = map import [
        ./overlays/a.nix
        ./overlays/b.nix
      ];
    };
  };
}
