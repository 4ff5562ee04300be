{
  outputs = { self, nixpkgs }: {
    result = import nixpkgs {
      overlays = [
        (import "${self}/overlays/a.nix")
        (import (self + "/overlays/b.nix"))
        (import ./overlays/new.nix)
      ];
    };
  };
}
