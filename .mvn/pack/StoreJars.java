import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Rewrites the jars of a folder so that their entries are stored as they are: what is compressed once, as a whole,
 * becomes half as large as jars that were compressed entry by entry.
 *
 * <p>{@code java StoreJars.java FOLDER [PATTERN]}: entries whose names the pattern matches are left out.
 */
final class StoreJars {
  private StoreJars() {}

  public static void main(String[] arguments) throws IOException {
    Pattern without = Pattern.compile(arguments.length > 1 ? arguments[1] : "(?!)");
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(arguments[0]), "*.jar")) {
      for (Path jar : jars) {
        store(jar, without);
      }
    }
  }

  private static void store(Path jar, Pattern without) throws IOException {
    Path stored = jar.resolveSibling(jar.getFileName() + ".stored");
    try (ZipFile from = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(stored);
        ZipOutputStream to = new ZipOutputStream(file)) {
      for (ZipEntry entry : Collections.list(from.entries())) {
        if (!without.matcher(entry.getName()).matches()) {
          copy(entry, from.getInputStream(entry).readAllBytes(), to);
        }
      }
    }
    Files.move(stored, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void copy(ZipEntry entry, byte[] bytes, ZipOutputStream to) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    ZipEntry stored = new ZipEntry(entry.getName());
    stored.setTimeLocal(entry.getTimeLocal());
    stored.setMethod(ZipEntry.STORED);
    stored.setSize(bytes.length);
    stored.setCrc(sum.getValue());
    to.putNextEntry(stored);
    to.write(bytes);
    to.closeEntry();
  }
}
