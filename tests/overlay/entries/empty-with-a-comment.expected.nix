{
  outputs = { self, nixpkgs }: {
    result = import nixpkgs {
      overlays = [
        # ours come here
        (import ./overlays/new.nix)
      ];
    };
  };
}
