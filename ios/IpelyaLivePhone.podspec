Pod::Spec.new do |s|
  s.name = 'IpelyaLivePhone'
  s.version = File.read(File.join(__dir__, '../Cargo.toml'))[/^version = "(.+)"/, 1]
  s.summary = 'What an iPhone is told of calls: Foundation and the core.'
  s.license = { :type => 'Apache-2.0', :file => '../LICENSE' }
  s.author = 'İpelya'
  s.source = { :path => '.' }
  s.platform = :ios, '16.0'
  s.swift_version = '6.0'
  s.source_files = 'Sources/IpelyaLivePhone/**/*.swift'
  s.dependency 'IpelyaLiveCore', s.version.to_s
end
