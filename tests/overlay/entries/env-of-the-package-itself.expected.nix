{
  outputs = { self, nixpkgs }: {
    pyEnv = with import nixpkgs { }; python3.withPackages (_: [ python3Packages.a ]);
    shell = let pkgs = import nixpkgs { }; in pkgs.mkShell {
      packages = with pkgs; [
        python3Packages.a
        python3Packages.zlib
        python3Packages.new
      ];
    };
  };
}
