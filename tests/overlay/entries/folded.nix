{
  outputs = { self, nixpkgs }: {
    overlays.default = nixpkgs.lib.foldl' nixpkgs.lib.composeExtensions (_: _: { }) [
      (import ./overlays/b.nix)
    ];
    result = import nixpkgs { overlays = [ self.overlays.default ]; };
  };
}
