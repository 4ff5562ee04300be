{ pkgs }:
{
  tools = pkgs.buildEnv { name = "tools"; paths = with pkgs; [ git ]; };
  extra = pkgs.python3.buildEnv.override { extraLibs = [ ]; };
}
