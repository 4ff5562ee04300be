{ pkgs }:
{
  devShells.default = pkgs.mkShell {
    packages = [ pkgs.git (pkgs.python3.withPackages (ps: with ps; [ a pkgs.python3Packages.new numpy scipy ])) ];
  };
}
