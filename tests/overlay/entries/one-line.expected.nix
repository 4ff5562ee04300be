{ inputs.nixpkgs.url = "nixpkgs"; outputs = { self, nixpkgs }: { result = import nixpkgs { overlays = [ (import ./overlays/a.nix) (import ./overlays/b.nix) (import ./overlays/new.nix) ]; }; }; }
