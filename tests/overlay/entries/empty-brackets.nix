{
  outputs = { self, nixpkgs }: {
    result = import nixpkgs { overlays = []; };
  };
}
