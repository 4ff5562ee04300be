{
  description = "The tiny package set as a flake, to stand in for the input nixpkgs";

  outputs = { self }: {
    lib = import ./lib.nix;
    legacyPackages = self.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (
      system: import ./. { inherit system; }
    );
  };
}
