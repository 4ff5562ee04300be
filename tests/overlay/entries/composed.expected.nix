{
  outputs = { self, nixpkgs }: {
    overlays.default = nixpkgs.lib.composeManyExtensions [
      (import ./overlays/a.nix)
      (import ./overlays/b.nix)
      (import ./overlays/new.nix)
    ];
    result = import nixpkgs { overlays = [ self.overlays.default ]; };
  };
}
