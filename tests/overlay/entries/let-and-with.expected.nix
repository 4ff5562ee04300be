{
  outputs = { self, nixpkgs }: {
    result = with nixpkgs.lib; let b = import ./overlays/b.nix; in import nixpkgs {
      overlays = flatten [ (import ./overlays/a.nix) [ b ] (import ./overlays/new.nix) ];
    };
  };
}
