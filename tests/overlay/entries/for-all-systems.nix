{
  outputs = { self, nixpkgs }:
    let
      forSystems = function: function (import nixpkgs {
        system = "x86_64-linux";
        overlays = with nixpkgs.lib; [
          (import ./overlays/b.nix)

          # Its users
          (import ./overlays/c.nix)
        ];
      });
    in
    { result = forSystems (pkgs: pkgs); };
}
