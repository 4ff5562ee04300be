{
  outputs = { self, nixpkgs }: {
    overlays.default = nixpkgs.lib.composeManyExtensions [
      (import ./overlays/a.nix)
      (import ./overlays/b.nix)
    ];
    result = import nixpkgs { overlays = [ self.overlays.default ]; };
  };
}
