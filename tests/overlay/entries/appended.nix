{
  outputs = { self, nixpkgs }: {
    result = nixpkgs.legacyPackages.x86_64-linux.appendOverlays [
      (import ./overlays/a.nix)
      (import ./overlays/c.nix)
    ];
  };
}
