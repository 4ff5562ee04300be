{
  outputs = { self, nixpkgs }: {
    result = import nixpkgs { overlays = [(import ./overlays/new.nix)]; };
  };
}
