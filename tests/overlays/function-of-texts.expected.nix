final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (
      self: super:
      let
        ofIndex =
          pname: version: hash: dependencies:
          let
            src = super.fetchPypi { inherit pname version hash; };
          in
          super.buildPythonPackage {
            inherit pname version src;
            propagatedBuildInputs = dependencies;
          };
      in
      {
        tool = ofIndex "tool" "2.0.0" "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=" [ self.other ];
        other = ofIndex "other" "0.3" "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=" [ ];
      }
    )
  ];
}
