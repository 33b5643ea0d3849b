namespace DataOps.Core.Kernel;

/// <summary>The ids of all errors: what <c>FullyQualifiedErrorId</c> begins with, and what the command line writes behind a message.</summary>
/// <remarks>
/// They are a contract: scripts ask for them. Errors of the server have the id <c>Postgres.</c> and the SQLSTATE. The page about_DataOps_Errors lists them with
/// these summaries.
/// </remarks>
public static class ErrorIds
{
    /// <summary>A page to be converted is the alias of one that is not: both have one type.</summary>
    public const string AliasOfOther = "AliasOfOther";

    /// <summary>Rows of the file are in the database already, and neither an update nor a skip was asked for.</summary>
    public const string AlreadyThere = "AlreadyThere";

    /// <summary>A natural key means more than one row.</summary>
    public const string AmbiguousKey = "AmbiguousKey";

    /// <summary>A URL path is that of several pages.</summary>
    public const string AmbiguousPage = "AmbiguousPage";

    /// <summary>Several sites could be meant.</summary>
    public const string AmbiguousSite = "AmbiguousSite";

    /// <summary>Pages hold values or rows for which the target type has no place; all of them are named.</summary>
    public const string CannotConvert = "CannotConvert";

    /// <summary>Another session changed rows between the plan and the lock; running it again plans anew.</summary>
    public const string ChangedMeanwhile = "ChangedMeanwhile";

    /// <summary>Rows have changed since the operation that is to be undone.</summary>
    public const string ChangedSince = "ChangedSince";

    /// <summary>Rows of a file violate a check constraint.</summary>
    public const string CheckFailed = "CheckFailed";

    /// <summary>The connection broke during the commit, and the server cannot be asked whether it was done.</summary>
    public const string CommitUnknown = "CommitUnknown";

    /// <summary>The connection object was closed by Disconnect-Database.</summary>
    public const string ConnectionClosed = "ConnectionClosed";

    /// <summary>The server cannot be reached, or the connection was lost.</summary>
    public const string ConnectionFailed = "ConnectionFailed";

    /// <summary>Two options exclude each other, or one lacks another that it needs.</summary>
    public const string ContradictingOptions = "ContradictingOptions";

    /// <summary>A file's compressed data are damaged or incomplete.</summary>
    public const string DamagedFile = "DamagedFile";

    /// <summary>A page's ancestors are missing, so nothing can be moved there or from there.</summary>
    public const string DamagedTree = "DamagedTree";

    /// <summary>An undo file is damaged or incomplete.</summary>
    public const string DamagedUndoFile = "DamagedUndoFile";

    /// <summary>The question whether to go on was answered with no.</summary>
    public const string Declined = "Declined";

    /// <summary>A key occurs more than once in a file.</summary>
    public const string DuplicateKey = "DuplicateKey";

    /// <summary>A file without objects would delete all rows of its specs.</summary>
    public const string EmptyFile = "EmptyFile";

    /// <summary>-StreamField and -JsonField name the same field.</summary>
    public const string FieldInBoth = "FieldInBoth";

    /// <summary>The user may not read or write a file.</summary>
    public const string FileAccessDenied = "FileAccessDenied";

    /// <summary>A file would be overwritten, and -Force is missing.</summary>
    public const string FileExists = "FileExists";

    /// <summary>A file could not be read or written.</summary>
    public const string FileFailed = "FileFailed";

    /// <summary>There is no file of that path.</summary>
    public const string FileNotFound = "FileNotFound";

    /// <summary>There is no folder of that path.</summary>
    public const string FolderNotFound = "FolderNotFound";

    /// <summary>Test-Dataset: values of a file look like references to objects that it does not hold.</summary>
    public const string ImpliedReference = "ImpliedReference";

    /// <summary>Definition files include each other in a circle.</summary>
    public const string IncludeCycle = "IncludeCycle";

    /// <summary>A list of apps or models is not the whole one.</summary>
    public const string IncompleteList = "IncompleteList";

    /// <summary>The alphabet of a tree's paths has fewer than two characters, or one twice.</summary>
    public const string InvalidAlphabet = "InvalidAlphabet";

    /// <summary>An argument of a dataset definition is wrong or missing.</summary>
    public const string InvalidArgument = "InvalidArgument";

    /// <summary>The batch size is not positive.</summary>
    public const string InvalidBatchSize = "InvalidBatchSize";

    /// <summary>A connection string cannot be read.</summary>
    public const string InvalidConnection = "InvalidConnection";

    /// <summary>A value of -Default does not suit the field.</summary>
    public const string InvalidDefault = "InvalidDefault";

    /// <summary>A dataset definition is not as it should be; file, line and place are named.</summary>
    public const string InvalidDefinition = "InvalidDefinition";

    /// <summary>A domain is none that django_site can hold.</summary>
    public const string InvalidDomain = "InvalidDomain";

    /// <summary>A spec's filter in a file cannot be applied to this database.</summary>
    public const string InvalidFilter = "InvalidFilter";

    /// <summary>A host name is none that a request could have.</summary>
    public const string InvalidHostName = "InvalidHostName";

    /// <summary>The indentation is out of range.</summary>
    public const string InvalidIndent = "InvalidIndent";

    /// <summary>A line of --input-object is not a JSON object as a command writes it.</summary>
    public const string InvalidInput = "InvalidInput";

    /// <summary>A file is not JSON, or not a fixture's.</summary>
    public const string InvalidJson = "InvalidJson";

    /// <summary>An entry of a list is no label of an app or a model.</summary>
    public const string InvalidLabel = "InvalidLabel";

    /// <summary>A file of apps or models does not have the expected form.</summary>
    public const string InvalidList = "InvalidList";

    /// <summary>An entry of -Map or -Default is not of the form new=old or field=value.</summary>
    public const string InvalidMap = "InvalidMap";

    /// <summary>-MaxDelete is neither a number of rows nor a percentage.</summary>
    public const string InvalidMaxDelete = "InvalidMaxDelete";

    /// <summary>A page cannot be moved to that place: below itself, or beside the root.</summary>
    public const string InvalidMove = "InvalidMove";

    /// <summary>A natural key is not of the form app.model=field+field, or names fields that are not there.</summary>
    public const string InvalidNaturalKey = "InvalidNaturalKey";

    /// <summary>An option's value cannot be read, or is out of range.</summary>
    public const string InvalidOption = "InvalidOption";

    /// <summary>A path is none that a file can be written to.</summary>
    public const string InvalidPath = "InvalidPath";

    /// <summary>A name with wildcards cannot be read.</summary>
    public const string InvalidPattern = "InvalidPattern";

    /// <summary>An entry of -Repoint is not of the form old=new.</summary>
    public const string InvalidRepoint = "InvalidRepoint";

    /// <summary>A page cannot be the root of a site.</summary>
    public const string InvalidRootPage = "InvalidRootPage";

    /// <summary>A soft reference is not of the form table.column=target_table, or names what is not there.</summary>
    public const string InvalidSoftReference = "InvalidSoftReference";

    /// <summary>A spec of a file is wrong or missing.</summary>
    public const string InvalidSpec = "InvalidSpec";

    /// <summary>A definition's SQL condition holds what is refused, as comments or semicolons.</summary>
    public const string InvalidSql = "InvalidSql";

    /// <summary>The step length of a tree's paths is out of range.</summary>
    public const string InvalidStepLength = "InvalidStepLength";

    /// <summary>A value is not one of its field's or parameter's type.</summary>
    public const string InvalidValue = "InvalidValue";

    /// <summary>A file is not XML, or not a fixture's.</summary>
    public const string InvalidXml = "InvalidXml";

    /// <summary>A file is not YAML, or not a fixture's.</summary>
    public const string InvalidYaml = "InvalidYaml";

    /// <summary>Test-Dataset: the database has fields that objects of the file lack.</summary>
    public const string LackingField = "LackingField";

    /// <summary>Test-Dataset: what Import-Dataset would warn of.</summary>
    public const string LoadWarning = "LoadWarning";

    /// <summary>Test-Dataset: the newest migration of an app whose models or fields differ.</summary>
    public const string MigrationHead = "MigrationHead";

    /// <summary>New rows lack a field that has no default in the database.</summary>
    public const string MissingField = "MissingField";

    /// <summary>Rows have no specific row in the table of the model that is to take over.</summary>
    public const string MissingHalf = "MissingHalf";

    /// <summary>Objects have no key, and the database makes none for them.</summary>
    public const string MissingKey = "MissingKey";

    /// <summary>An option that is needed is missing.</summary>
    public const string MissingOption = "MissingOption";

    /// <summary>References have no target.</summary>
    public const string MissingReferences = "MissingReferences";

    /// <summary>The pages to convert are of several types.</summary>
    public const string MixedTypes = "MixedTypes";

    /// <summary>The parent of a tree's node cannot be NULL, and no node to attach to is named.</summary>
    public const string NeedsParent = "NeedsParent";

    /// <summary>The operation that an undo file would undo was not committed.</summary>
    public const string NeverCommitted = "NeverCommitted";

    /// <summary>An undo file was written by a newer version.</summary>
    public const string NewerUndoFile = "NewerUndoFile";

    /// <summary>The database has no django_content_type.</summary>
    public const string NoContentTypes = "NoContentTypes";

    /// <summary>A table has no key by which its rows could be known again.</summary>
    public const string NoKey = "NoKey";

    /// <summary>The database has no wagtailcore_page.</summary>
    public const string NoPages = "NoPages";

    /// <summary>None of a page's ancestors is left, so it has no place to come back to.</summary>
    public const string NoPlace = "NoPlace";

    /// <summary>There is no revision from which a page could be rebuilt.</summary>
    public const string NoRevision = "NoRevision";

    /// <summary>PostgreSQL does not run as root, and there is no other user for a scratch server.</summary>
    public const string NoServerUser = "NoServerUser";

    /// <summary>The database has no sites.</summary>
    public const string NoSites = "NoSites";

    /// <summary>A result that was piped to Undo-Change names no undo file.</summary>
    public const string NoUndoFile = "NoUndoFile";

    /// <summary>A revision lacks a value that the table needs.</summary>
    public const string NoValue = "NoValue";

    /// <summary>A confirmation is needed, and standard input is no terminal.</summary>
    public const string NobodyToAsk = "NobodyToAsk";

    /// <summary>A path is an address, a stream or a folder where a file is needed.</summary>
    public const string NotAFile = "NotAFile";

    /// <summary>A model is no type of pages.</summary>
    public const string NotAPageType = "NotAPageType";

    /// <summary>Orphans of this reference are repaired by another cmdlet, or not at all.</summary>
    public const string NotRepairable = "NotRepairable";

    /// <summary>Rows are not what they were after undoing, so it was taken back.</summary>
    public const string NotRestored = "NotRestored";

    /// <summary>A content type is live.</summary>
    public const string NotStale = "NotStale";

    /// <summary>Values have to be unique and are not.</summary>
    public const string NotUnique = "NotUnique";

    /// <summary>The options select no model.</summary>
    public const string NothingSelected = "NothingSelected";

    /// <summary>Nothing to change is named.</summary>
    public const string NothingToSet = "NothingToSet";

    /// <summary>A file would delete rows, and a newer one has been loaded.</summary>
    public const string OlderFile = "OlderFile";

    /// <summary>Nodes that are not connected to a tree keep its gaps from being closed.</summary>
    public const string OrphansInTheWay = "OrphansInTheWay";

    /// <summary>Bringing back rows that violated a foreign key needs a superuser.</summary>
    public const string OrphansNeedSuperuser = "OrphansNeedSuperuser";

    /// <summary>An object or an undo file is of another server or database.</summary>
    public const string OtherDatabase = "OtherDatabase";

    /// <summary>Rows exchange values of a unique index that cannot be parked meanwhile.</summary>
    public const string ParkingFailed = "ParkingFailed";

    /// <summary>A tree's path would become longer than its column allows.</summary>
    public const string PathTooLong = "PathTooLong";

    /// <summary>The server is a connection pooler in transaction mode.</summary>
    public const string PooledTransactions = "PooledTransactions";

    /// <summary>A content type holds permissions that are granted, and needs no table for that.</summary>
    public const string ProtectedContentType = "ProtectedContentType";

    /// <summary>Rows depend on rows to be deleted, and nothing tells what to do with them.</summary>
    public const string ProtectedRows = "ProtectedRows";

    /// <summary>A file is there and cannot be read.</summary>
    public const string ReadFailed = "ReadFailed";

    /// <summary>Copies of rows would refer to rows that are not copied with them.</summary>
    public const string ReferenceOutsideFile = "ReferenceOutsideFile";

    /// <summary>Test-Dataset: references of standard input are not followed, as it can be read only once.</summary>
    public const string ReferencesNotChecked = "ReferencesNotChecked";

    /// <summary>A table has other columns than when an undo file was written.</summary>
    public const string SchemaChanged = "SchemaChanged";

    /// <summary>A scratch server could not be started.</summary>
    public const string ScratchServer = "ScratchServer";

    /// <summary>The server is older than the oldest version that is supported.</summary>
    public const string ServerTooOld = "ServerTooOld";

    /// <summary>Another site has the host name and port.</summary>
    public const string SiteTaken = "SiteTaken";

    /// <summary>A page with the slug is there already.</summary>
    public const string SlugTaken = "SlugTaken";

    /// <summary>The model to repoint to is stale itself.</summary>
    public const string StaleTarget = "StaleTarget";

    /// <summary>Rows have come to refer to rows that undoing deletes.</summary>
    public const string StillReferenced = "StillReferenced";

    /// <summary>A file would delete more rows than -MaxDelete allows.</summary>
    public const string TooManyDeletions = "TooManyDeletions";

    /// <summary>A tree has no path left at that place.</summary>
    public const string TreeFull = "TreeFull";

    /// <summary>Nothing tells whether a content type's model is there.</summary>
    public const string Undecidable = "Undecidable";

    /// <summary>References have orphans without a safe default action.</summary>
    public const string UndecidedReferences = "UndecidedReferences";

    /// <summary>There is no app of that name.</summary>
    public const string UnknownApp = "UnknownApp";

    /// <summary>The definition has no dataset of that name.</summary>
    public const string UnknownDataset = "UnknownDataset";

    /// <summary>There is no field of that name.</summary>
    public const string UnknownField = "UnknownField";

    /// <summary>A file's format is none that is known.</summary>
    public const string UnknownFormat = "UnknownFormat";

    /// <summary>A filter's lookup is none of Django's, or does not suit the field.</summary>
    public const string UnknownLookup = "UnknownLookup";

    /// <summary>There is no model of that name.</summary>
    public const string UnknownModel = "UnknownModel";

    /// <summary>There is no node of that key in the tree.</summary>
    public const string UnknownNode = "UnknownNode";

    /// <summary>There is no page of that id or URL path.</summary>
    public const string UnknownPage = "UnknownPage";

    /// <summary>A definition has no parameter of that name.</summary>
    public const string UnknownParameter = "UnknownParameter";

    /// <summary>There is no reference of that name.</summary>
    public const string UnknownReference = "UnknownReference";

    /// <summary>The service file has no service of that name.</summary>
    public const string UnknownService = "UnknownService";

    /// <summary>There is no site of that name.</summary>
    public const string UnknownSite = "UnknownSite";

    /// <summary>The rows of a tree do not tell the step length of its paths.</summary>
    public const string UnknownStepLength = "UnknownStepLength";

    /// <summary>There is no table of that name.</summary>
    public const string UnknownTable = "UnknownTable";

    /// <summary>There is no row that orphans could be repointed to.</summary>
    public const string UnknownTarget = "UnknownTarget";

    /// <summary>There is no tree in a table or model of that name.</summary>
    public const string UnknownTree = "UnknownTree";

    /// <summary>The action does not suit the orphans of a reference.</summary>
    public const string UnsuitedAction = "UnsuitedAction";

    /// <summary>A file of feincms3-data is of a version that is not known.</summary>
    public const string UnsupportedVersion = "UnsupportedVersion";

    /// <summary>An object from the pipeline has none of the properties that the cmdlet takes.</summary>
    public const string UselessInput = "UselessInput";

    /// <summary>A file could not be written.</summary>
    public const string WriteFailed = "WriteFailed";
}
