package io.tokenlane.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Java runtime needs of an operating system: the C library and its loader, taken from this
 * one, and the few files under {@code /etc} that the C library reads.
 */
final class SystemFiles {
  /** Lines of ldd: {@code libm.so.6 => /lib/…/libm.so.6 (0x…)} or {@code /lib64/ld-… (0x…)}. */
  private static final Pattern LIBRARY = Pattern.compile("(?m)(?:=>|^)\\s*(/\\S+) \\(0x");

  /** Loaded by the C library itself, by name; older ones look names up through them. */
  private static final List<String> BY_NAME =
      List.of("libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2");

  private SystemFiles() {}

  /** Puts the files into a root, for the runtime in it. */
  static void copy(Path runtime, Path root) throws IOException, InterruptedException {
    for (Path library : libraries(runtime)) {
      Folders.copy(library, root.resolve(library.toString().substring(1)));
    }
    write(root, "etc/passwd", "root:x:0:0::/:/none\ntokenlane:x:10001:10001::/tmp:/none\n");
    write(root, "etc/group", "root:x:0:\ntokenlane:x:10001:\n");
    write(root, "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
    write(root, "etc/os-release", "ID=tokenlane\nNAME=Tokenlane\n");
  }

  /** Libraries outside of the runtime that its programs and libraries are linked with. */
  static Set<Path> libraries(Path runtime) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ldd", runtime.resolve("bin/java").toString()));
    for (Path file : Folders.files(runtime.resolve("lib"))) {
      if (headless(file)) {
        command.add(file.toString());
      }
    }
    Set<Path> found = new TreeSet<>();
    Matcher matcher = LIBRARY.matcher(Commands.run(command));
    while (matcher.find()) {
      Path library = Path.of(matcher.group(1));
      if (!library.startsWith(runtime)) {
        found.add(library);
        found.addAll(beside(library));
      }
    }
    return found;
  }

  /** Libraries of a desktop, which are never loaded on a server. */
  private static boolean headless(Path library) {
    return library.toString().endsWith(".so")
        && !library.getFileName().toString().matches("lib(awt_xawt|splashscreen|jawt|jsound)\\.so");
  }

  private static List<Path> beside(Path library) {
    return library.getFileName().toString().startsWith("libc.so")
        ? BY_NAME.stream().map(library::resolveSibling).filter(Files::exists).toList()
        : List.of();
  }

  private static void write(Path root, String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
