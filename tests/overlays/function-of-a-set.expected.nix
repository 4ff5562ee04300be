self: super:
let
  # what all of our packages have in common
  pythonTool =
    {
      pname,
      version,
      hash,
      owner ? "owner",
      ...
    }@args:
    super.buildPythonPackage (
      {
        inherit pname version;
        src = super.fetchFromGitHub {
          inherit owner hash;
          repo = pname;
          tag = "v${version}";
        };
      }
      // builtins.removeAttrs args [
        "hash"
        "owner"
      ]
    );
in
{
  tool = pythonTool {
    pname = "tool";
    version = "2.0.0"; # the newest that we can use
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  other = pythonTool {
    pname = "other";
    version = "1.2.0";
    hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    owner = "somebody";
  };
}
