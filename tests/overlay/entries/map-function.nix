{
  outputs = { self, nixpkgs }: {
    result = import nixpkgs { overlays = map (path: import path) [ ./overlays/a.nix ./overlays/b.nix ]; };
  };
}
