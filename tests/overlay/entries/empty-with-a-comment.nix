{
  outputs = { self, nixpkgs }: {
    result = import nixpkgs {
      overlays = [
        # ours come here
      ];
    };
  };
}
