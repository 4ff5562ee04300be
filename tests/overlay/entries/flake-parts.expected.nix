{
  outputs = inputs@{ flake-parts, nixpkgs, ... }:
    flake-parts.lib.mkFlake { inherit inputs; } {
      perSystem = { system, ... }: {
        result = import nixpkgs {
          inherit system;
          overlays = [
            (import ./overlays/a.nix)
            (import ./overlays/b.nix)
            (import ./overlays/new.nix)
          ];
        };
      };
    };
}
